import Devices
import Platform
import SerialInstruments
import Testing
import Transports

@testable import FilterWheels

/// Moves during which the line fails.
struct WireTests {
    @Test func answersMayComeSlowlyAndInPieces() throws {
        let setup = try fw102c()
        setup.port.spoil { $0.pieces = (1, .milliseconds(1)) }
        let wheel = try setup.open()
        try wheel.go(to: 2)
        #expect(try wheel.position == 2)
    }

    @Test(arguments: [[0x00], [0xFF, 0xFE], [0x0D, 0x0A, 0x0D], Array("7\r> ".utf8)] as [[UInt8]])
    func noiseIsNoAnswer(noise: [UInt8]) throws {
        let setup = try fw102c { $0.position = 2 }
        let wheel = try setup.open()
        setup.port.spoil { $0.noise = noise }
        #expect(try wheel.position == 1)
    }

    @Test func anAnswerThatIsLostIsAskedForAgain() throws {
        let setup = try fw102c { $0.position = 2 }
        let wheel = try setup.open()
        setup.port.spoil { $0.lostAnswers = 2 }
        #expect(try wheel.position == 1)
    }

    @Test func withoutItsPortThePositionIsUnknown() throws {
        let setup = try fw102c()
        let wheel = try setup.open()
        setup.port.unplug()
        let error = try #require(throws: DeviceError.self) { try wheel.position }
        #expect("\(error)".contains("device at its port"), "\(error)")
        #expect(setup.logs("is gone"))
        try setup.port.plugIn()
        #expect(setup.logs("is back"))
        #expect(try wheel.position == 0)
    }

    @Test func aMoveThatLosesItsPortFails() throws {
        let setup = try fw102c { $0.stepTime = .milliseconds(300) }
        let wheel = try setup.open()
        let completion = try wheel.move(to: 3)
        #expect(try completion.poll() == nil)
        setup.port.unplug()
        let error = try #require(throws: DeviceError.self) {
            while try completion.poll() == nil { Pause.wait(for: .milliseconds(1)) }
        }
        #expect("\(error)".contains("device at its port"), "\(error)")
    }

    @Test func aMoveWhosePortIsBackSaysWhereItIs() throws {
        let setup = try fw102c { $0.stepTime = .milliseconds(5) }
        let wheel = try setup.open()
        let completion = try wheel.move(to: 3)
        setup.port.unplug()
        try setup.port.plugIn()
        #expect(setup.logs("is back"))
        let error = try #require(throws: DeviceError.self) {
            while try completion.poll() == nil { Pause.wait(for: .milliseconds(1)) }
        }
        #expect("\(error)".contains("the port was lost during the move; it is at position"), "\(error)")
    }
}
