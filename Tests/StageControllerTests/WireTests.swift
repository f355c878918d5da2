import Devices
import Pickle
import Platform
import SerialInstruments
import Testing
import Transports

@testable import StageControllers

/// Moves during which the line fails.
struct WireTests {
    @Test func answersMayComeSlowlyAndInPieces() throws {
        let setup = try asi()
        setup.port.spoil { $0.pieces = (1, .milliseconds(1)) }
        let stage = try setup.open().stage()
        try stage.axis("X").move(to: 1000).wait()
        #expect(try stage.axis("X").position == 1000)
    }

    @Test(arguments: [[0x00], [0xFF, 0xFE], [0x0D, 0x0A, 0x0D, 0x0A], Array(":A".utf8)] as [[UInt8]])
    func noiseIsNoPlace(noise: [UInt8]) throws {
        let setup = try asi()
        let stage = try setup.open().stage()
        setup.port.spoil { $0.noise = noise }
        #expect(try stage.axis("X").position == 0)
    }

    @Test func anAnswerThatIsLostIsAskedForAgain() throws {
        let setup = try zaber()
        let stage = try setup.open().stage("2")
        setup.port.spoil { $0.lostAnswers = 1 }
        try stage.axis("1").move(to: 1000).wait()
        #expect(try stage.axis("1").position == 1000)
    }

    @Test func withoutItsPortAPlaceIsUnknown() throws {
        let setup = try zaber()
        let chain = try setup.open()
        setup.port.unplug()
        for read in [
            { _ = try chain.stage("2").position }, { _ = try chain.wheel("14").position },
            { _ = try chain.stage("2").axis("1").isMoving },
        ] {
            let error = try #require(throws: DeviceError.self, performing: read)
            #expect("\(error)".contains("device at its port"), "\(error)")
        }
        #expect(setup.logs("is gone"))
        try setup.port.plugIn()
        #expect(setup.logs("is back"))
        #expect(try chain.wheel("14").position == 0)
    }

    @Test func aMoveThatLosesItsPortFails() throws {
        let setup = try zaber { $0.devices[2]?.motors[0].speed = 20_000 }
        let stage = try setup.open().stage("2")
        let completion = try stage.axis("1").move(to: 300_000)
        #expect(try completion.poll() == nil)
        setup.port.unplug()
        let error = try #require(throws: DeviceError.self) { try completion.wait() }
        #expect("\(error)".contains("device at its port"), "\(error)")
    }

    @Test func aMoveWhosePortIsBackSaysWhereItIs() throws {
        let setup = try zaber { $0.devices[2]?.motors[0].speed = 1_000_000 }
        let stage = try setup.open().stage("2")
        let completion = try stage.axis("1").move(to: 300_000)
        setup.port.unplug()
        try setup.port.plugIn()
        #expect(setup.logs("is back"))
        let error = try #require(throws: DeviceError.self) { try completion.wait() }
        #expect(
            "\(error)".contains("stopped at 300000.0 on its way to 300000.0: the port was lost during the move"),
            "\(error)"
        )
        try stage.axis("1").move(to: 1000).wait()
    }

    @Test func anotherChainAtThePortIsNotTalkedTo() throws {
        let setup = try zaber()
        let chain = try setup.open()
        setup.port.unplug()
        setup.port.update { $0.devices[2] = SimulatedZaber(.stage, serialNumber: 999) }
        try setup.port.plugIn()
        #expect(setup.logs("another device is there now"))
        #expect(throws: DeviceError.self) { try chain.stage("2").position }
    }
}
