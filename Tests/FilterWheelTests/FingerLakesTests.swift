import Devices
import FilterWheels
import Platform
import Testing
import Transports

struct FingerLakesTests {
    /// A board that knows its slots is not sent home again; an older one cannot know where it was left.
    @Test(arguments: [(TestMake.fingerLakes, 3), (.oldFingerLakes, 0)])
    func aWheelThatKnowsItsSlotIsNotSentHomeAgain(make: TestMake, position: Int) throws {
        let plugged = try make.plugged()
        try plugged.move(to: 3)
        try plugged.wheel.shutdown()
        let wheel = try make.open(.init(port: plugged.port), in: plugged.world)
        #expect(try wheel.position == position)
    }

    /// The slot in front of the light, and not only what the driver believes: old boards turn with `Annn`.
    @Test(arguments: [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0a] as [UInt8])
    func oldBoardsTurnToTheSlotThatWasAskedFor(hardware: UInt8) throws {
        let world = try World(simulated: true)
        let port = world.port()
        let options = SimulatedWheelOptions(positions: 7, stepTime: .milliseconds(1), homingTime: .milliseconds(5))
        let model = SimulatedWheel.fingerLakes(options, hardware: hardware)
        world.simulated?.plugIn(model, at: port)
        let wheel = try TestMake.fingerLakes.open(.init(port: port), in: world)
        #expect(try wheel.position == 0)
        #expect(model.slot == 0)
        for position in [1, wheel.positionCount - 1, 0, 2] {
            let move = try wheel.move(to: position)
            while try move.poll() == nil { world.time.advance(.milliseconds(5)) }
            #expect(model.slot == position)
        }
    }

    /// Newer boards with firmware 0x43 or later get the longer requests that libfli sends them.
    @Test(arguments: [0x45, 0x42] as [UInt8]) func newerBoardsGetTheRequestsOfLibfli(firmware: UInt8) throws {
        let world = try World(simulated: true)
        let port = world.port()
        let options = SimulatedWheelOptions(positions: 7, stepTime: .milliseconds(1), homingTime: .milliseconds(5))
        let board = OverheardBoard(.fingerLakes(options, firmware: firmware))
        world.simulated?.plugIn(board, at: port)
        let wheel = try TestMake.fingerLakes.open(.init(port: port), in: world)
        #expect(try wheel.position == 0)
        let asked = Set(board.heard.filter { $0.hasPrefix("80 08") || $0.hasPrefix("60") })
        let long: Set = ["80 08 00 00", "60 00" + String(repeating: " 00", count: 10)]
        #expect(asked == (firmware >= 0x43 ? long : ["80 08"]))
    }

    @Test func aFocuserIsNoWheel() throws {
        let world = try World(simulated: true)
        let port = world.port()
        world.simulated?.plugIn(Focuser(), at: port)
        let error = try #require(throws: DeviceError.self) {
            try TestMake.fingerLakes.open(.init(port: port), in: world)
        }
        #expect(error.kind == .initialise)
        #expect("\(error)".contains("has hardware type 7, which is not a known filter wheel"), "\(error)")
    }
}

/// A wheel whose board says that it is a focuser's.
private final class Focuser: SimulatedUSBDevice {
    private let wheel = TestMake.fingerLakes.model()
    private let isAsked = Lock(false)

    var description: USBDescription { wheel.description }
    func powerUp() { wheel.powerUp() }
    func control(_ request: ControlRequest, _ bytes: [UInt8]) -> [UInt8]? { wheel.control(request, bytes) }

    func receive(_ bytes: [UInt8], at endpoint: UInt8) -> Bool {
        isAsked.withLock { $0 = bytes == [0x80, 0x02] }
        return wheel.receive(bytes, at: endpoint)
    }

    func send(from endpoint: UInt8) -> SimulatedAnswer {
        let answer = wheel.send(from: endpoint)
        return isAsked.withLock { $0 } ? .bytes([0x80, 0x07]) : answer
    }

    func clearHalt(_ endpoint: UInt8) {}
}

/// A board that keeps what it is sent.
private final class OverheardBoard: SimulatedUSBDevice {
    private let wheel: SimulatedWheel
    private let requests = Lock<[String]>([])

    init(_ wheel: SimulatedWheel) { self.wheel = wheel }

    var heard: [String] { requests.withLock { $0 } }
    var description: USBDescription { wheel.description }
    func powerUp() { wheel.powerUp() }
    func control(_ request: ControlRequest, _ bytes: [UInt8]) -> [UInt8]? { wheel.control(request, bytes) }

    func receive(_ bytes: [UInt8], at endpoint: UInt8) -> Bool {
        requests.withLock { $0.append(Hexadecimal.text(bytes)) }
        return wheel.receive(bytes, at: endpoint)
    }

    func send(from endpoint: UInt8) -> SimulatedAnswer { wheel.send(from: endpoint) }
    func clearHalt(_ endpoint: UInt8) {}
}
