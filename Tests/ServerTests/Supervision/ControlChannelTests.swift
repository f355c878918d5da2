import Devices
import Glibc
import Logging
import Pickle
import Platform
import Testing

@testable import Server

@Suite struct ControlChannelTests {
    private func joined() throws -> (ControlChannel, ControlChannel) {
        let (ours, childs) = try ControlChannel.pair()
        return (ours, ControlChannel(descriptor: childs))
    }

    @Test func anOrderArrivesAsItWasGiven() throws {
        let (supervisor, worker) = try joined()
        var memory = RestoreLog()
        _ = memory.note([.restore(RestoredCall(.call, "set_exposure_time", [0.5]))], of: "Camera")
        memory.setClients(of: "Camera", to: ["PYRO:x@127.0.0.1:1"])
        let order = WorkerOrder(
            text: "devices: []\n# µ",
            file: "scope.yaml",
            definition: 3,
            isSimulated: true,
            log: LogOptions(directory: nil, level: .debug, maximumSize: 5, keptFiles: 2),
            memory: memory
        )
        try supervisor.send(.start(order))
        guard case .start(let received)? = try worker.receive() else {
            Issue.record("no order")
            return
        }
        #expect(received.text == order.text && received.file == order.file && received.definition == 3)
        #expect(received.isSimulated && received.log == order.log && received.memory == memory)
    }

    @Test func whatAWorkerSaysArrives() throws {
        let (supervisor, worker) = try joined()
        try worker.send(.serving(uris: ["PYRO:a@b:1"], hasLightSource: true))
        try worker.send(.failed("no camera"))
        guard case .serving(["PYRO:a@b:1"], hasLightSource: true)? = try supervisor.receive() else {
            Issue.record("not serving")
            return
        }
        guard case .failed("no camera")? = try supervisor.receive() else {
            Issue.record("not failed")
            return
        }
    }

    @Test func aDescriptorArrivesWithItsMessage() throws {
        let (supervisor, worker) = try joined()
        var ends: [Int32] = [0, 0]
        try #require(unsafe pipe(&ends) == 0)
        try supervisor.send(.lightsOff)
        try supervisor.send(.shutDown, handing: [ends[1]])
        close(ends[1])
        _ = try worker.receive()
        guard case .shutDown? = try worker.receive() else {
            Issue.record("no order")
            return
        }
        let handed = try #require(worker.takeHandedFile())
        #expect(worker.takeHandedFile() == nil)
        #expect(writeAll([7], to: handed) == 0)
        close(handed)
        var byte: UInt8 = 0
        let count = unsafe read(ends[0], &byte, 1)
        #expect(count == 1 && byte == 7)
        close(ends[0])
    }

    @Test func statesOfLightArrive() throws {
        let (supervisor, worker) = try joined()
        let lights = [
            LightsOff.Finding(name: "Laser", light: .off), LightsOff.Finding(name: "Lamp", light: .on),
            LightsOff.Finding(name: "LED", light: .unknown("no answer")),
        ]
        try worker.send(.light(lights, isFinal: true))
        guard case .light(lights, isFinal: true)? = try supervisor.receive() else {
            Issue.record("no light")
            return
        }
    }

    @Test(arguments: [[5, 0, 0, 0, 1, 2, 3, 4, 5], [255, 255, 255, 127]] as [[UInt8]])
    func whatCannotBeReadIsAnError(_ bytes: [UInt8]) throws {
        let (supervisor, worker) = try joined()
        #expect(unsafe send(worker.descriptor, bytes, bytes.count, 0) == bytes.count)
        #expect(throws: (any Error).self) { try supervisor.receive() }
    }

    @Test func aMessageThatIsTooLongIsRefusedByItsSender() throws {
        let (_, worker) = try joined()
        #expect(throws: (any Error).self) {
            try worker.send(.failed(String(repeating: "x", count: 17 << 20)))
        }
    }

    @Test func theEndOfOneSideIsReadByTheOther() throws {
        let (supervisor, worker) = try joined()
        worker.finish()
        #expect(try supervisor.receive() == nil)
    }

    @Test func whatIsNoMessageIsAnError() throws {
        #expect(throws: (any Error).self) { try ControlMessage(.tuple(["nonsense"])) }
        #expect(throws: (any Error).self) { try ControlMessage(.list([])) }
        #expect(throws: (any Error).self) { try ControlMessage(.tuple(["start", .dict(["text": "x"])])) }
    }
}

extension Optional<ControlMessage> {
    fileprivate static func == (left: Self, right: _OptionalNilComparisonType) -> Bool {
        if case .none = left { true } else { false }
    }
}
