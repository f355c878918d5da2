import Devices
import Pickle
import Testing
import Threads
import Transports

@testable import Stages

/// What happens to moves when the wire fails.
struct WireTests {
    @Test func answersMayComeSlowlyAndInPieces() throws {
        let bench = try asi()
        bench.port.spoil { $0.pieces = (1, .milliseconds(1)) }
        let stage = try bench.open().stage()
        try stage.axis("X").move(to: 1000).wait()
        #expect(try stage.axis("X").position == 1000)
    }

    @Test(arguments: [[0x00], [0xFF, 0xFE], [0x0D, 0x0A, 0x0D, 0x0A], Array(":A".utf8)] as [[UInt8]])
    func noiseIsNoPlace(noise: [UInt8]) throws {
        let bench = try asi()
        let stage = try bench.open().stage()
        bench.port.spoil { $0.noise = noise }
        #expect(try stage.axis("X").position == 0)
    }

    @Test func anAnswerThatIsLostIsAskedForAgain() throws {
        let bench = try zaber()
        let stage = try bench.open().stage("2")
        bench.port.spoil { $0.lostAnswers = 1 }
        try stage.axis("1").move(to: 1000).wait()
        #expect(try stage.axis("1").position == 1000)
    }

    @Test func withoutItsPortAPlaceIsUnknown() throws {
        let bench = try zaber()
        let chain = try bench.open()
        bench.port.unplug()
        for read in [
            { _ = try chain.stage("2").position }, { _ = try chain.wheel("14").position },
            { _ = try chain.stage("2").axis("1").isMoving },
        ] {
            let error = try #require(throws: DeviceError.self, performing: read)
            #expect("\(error)".contains("controller at its port"), "\(error)")
        }
        #expect(bench.logs("is gone"))
        try bench.port.plugIn()
        #expect(bench.logs("is back"))
        #expect(try chain.wheel("14").position == 0)
    }

    @Test func aMoveThatLosesItsPortFails() throws {
        let bench = try zaber { $0.devices[2]?.motors[0].speed = 20_000 }
        let stage = try bench.open().stage("2")
        let completion = try stage.axis("1").move(to: 300_000)
        #expect(try completion.poll() == nil)
        bench.port.unplug()
        let error = try #require(throws: DeviceError.self) { try completion.wait() }
        #expect("\(error)".contains("controller at its port"), "\(error)")
    }

    @Test func aMoveWhosePortIsBackSaysWhereItIs() throws {
        let bench = try zaber { $0.devices[2]?.motors[0].speed = 1_000_000 }
        let stage = try bench.open().stage("2")
        let completion = try stage.axis("1").move(to: 300_000)
        bench.port.unplug()
        try bench.port.plugIn()
        #expect(bench.logs("is back"))
        let error = try #require(throws: DeviceError.self) { try completion.wait() }
        #expect(
            "\(error)".contains("stopped at 300000.0 on its way to 300000.0: the port was lost meanwhile"),
            "\(error)"
        )
        try stage.axis("1").move(to: 1000).wait()
    }

    @Test func anotherChainAtThePortIsNotTalkedTo() throws {
        let bench = try zaber()
        let chain = try bench.open()
        bench.port.unplug()
        bench.port.update { $0.devices[2] = SimulatedZaber(.stage, serialNumber: 999) }
        try bench.port.plugIn()
        #expect(bench.logs("another device is there now"))
        #expect(throws: DeviceError.self) { try chain.stage("2").position }
    }
}
