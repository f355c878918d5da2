import Devices
import Pickle
import Platform
import SerialInstruments
import Testing
import Transports

@testable import FilterWheels

struct FW102CTests {
    /// Thorlabs's dialogue, as python-microscope and pyLabLib read it.
    @Test(arguments: [
        ("*idn?\r", "*idn?\rTHORLABS FW102C/FW212C Filter Wheel version 1.04\r> "), ("pcount?\r", "pcount?\r6\r> "),
        ("pos=3\r", "pos=3\r> "), ("pos=9\r", "pos=9\rCommand error CMD_ARG_INVALID\n> "),
        ("pos=3\rpos?\r", "pos=3\r> pos?\r3\r> "), ("POS?\r", "POS?\rCommand error CMD_NOT_DEFINED\n> "),
        ("pcount=12\rpos=9\rpos?\r", "pcount=12\r> pos=9\r> pos?\r9\r> "), ("baud?\r", "baud?\r1\r> "),
        ("speed=0\rspeed?\r", "speed=0\r> speed?\r0\r> "), ("speed=2\r", "speed=2\rCommand error CMD_ARG_INVALID\n> "),
        ("trig=1\rtrig?\r", "trig=1\r> trig?\r1\r> "), ("sensors?\r", "sensors?\r0\r> "), ("save\r", "save\r> "),
        (">\r", ">\rCommand error CMD_NOT_DEFINED\n> "), ("pos\r", "pos\rCommand error CMD_NOT_DEFINED\n> "),
    ])
    func simulationAnswersAsTheWheelDoes(command: String, answer: String) throws {
        #expect(try fw102c().answer(command, answer.utf8.count) == answer)
    }

    @Test func doesNotTurnWhenOpenedEnabledOrClosed() throws {
        let setup = try fw102c { $0.position = 4 }
        let wheel = try setup.open()
        try wheel.enable()
        #expect(try wheel.position == 3)
        try wheel.shutdown()
        #expect(setup.port.instrument.position == 4)
        #expect(!setup.port.transcript.contains("="))
    }

    @Test func saysNoMoreThanItMust() throws {
        let setup = try fw102c()
        let wheel = try setup.open()
        setup.port.forgetTranscript()
        try wheel.go(to: 2) { () throws in #expect(try wheel.position == 0) }
        #expect(setup.port.transcript == "pos?\rpos=3\rpos?\r")
    }

    @Test func oldFirmwareHasSixPositions() throws {
        let wheel = try fw102c { $0.isOld = true }.open()
        #expect(wheel.positionCount == 6)
        try wheel.go(to: 5)
        #expect(try wheel.position == 5)
    }

    @Test func somebodyPressesItsButtons() throws {
        let setup = try fw102c()
        let wheel = try setup.open()
        setup.port.update { $0.position = 6 }
        #expect(try wheel.position == 5)
    }

    @Test func whatIsAskedMeanwhileWaitsForTheEndOfAMove() throws {
        let setup = try fw102c { $0.stepTime = .milliseconds(50) }
        let wheel = try setup.open()
        let completion = try wheel.move(to: 3)
        #expect(try wheel.setting("speed").get() == 1)
        #expect(try completion.poll() != nil)
        #expect(try wheel.position == 3)
    }

    @Test func aMoveThatFailsSaysWhereItEnded() throws {
        let setup = try fw102c()
        let wheel = try setup.open()
        try wheel.go(to: 1)
        let completion = try wheel.move(to: 4)
        #expect(setup.port.wait(within: patience) { $0.position == 5 })
        // Somebody holds a button.
        setup.port.update { $0.position = 3 }
        let error = try #require(throws: DeviceError.self) {
            while try completion.poll() == nil { Pause.wait(for: .milliseconds(1)) }
        }
        #expect("\(error)".contains("did not go to position 4: it stopped short; it is at position 2"), "\(error)")
        #expect(try !wheel.isMoving)
        try wheel.go(to: 4)
    }

    @Test func aRefusalSaysSo() throws {
        let setup = try fw102c()
        let wheel = try setup.open()
        let error = try #require(throws: DeviceError.self) {
            // A wheel that was replaced by a smaller one, for example.
            try wheel.startMove(to: 9)
            while try wheel.isMoving { Pause.wait(for: .milliseconds(1)) }
        }
        #expect("\(error)".contains("CMD_ARG_INVALID; it is at position 0"), "\(error)")
    }

    @Test func theSpeedCanBeChosen() throws {
        let setup = try fw102c()
        let wheel = try setup.open()
        try wheel.setting("speed").set(0)
        try wheel.setting("trigger").set(1)
        try wheel.setting("sensors on when idle").set(true)
        let instrument = setup.port.instrument
        #expect(instrument.values == ["speed": 0, "trig": 1, "sensors": 1, "baud": 1])
        let settings = SettingList(wheel.settings) { Issue.record("\($0)") }
        let all = settings.all()
        #expect(all.pairs.count == 4)
        _ = try settings.update(all, isComplete: false)
        #expect(!setup.port.transcript.contains("save"))
    }

    @Test func halfACommandInTheWheelDoesNoHarm() throws {
        let setup = try fw102c { $0.pendingInput = Array("po".utf8) }
        #expect(try setup.open().positionCount == 6)
    }

    /// A wheel that lost its power has forgotten what clients had set, and gets it back with its port.
    @Test func getsItsSettingsBackAfterAPowerLoss() throws {
        let setup = try fw102c()
        let wheel = try setup.open()
        try wheel.setting("speed").set(0)
        try wheel.setting("sensors on when idle").set(true)
        setup.port.unplug()
        try setup.port.plugIn()
        #expect(setup.logs("is back"))
        #expect(setup.port.instrument.values == ["speed": 0, "trig": 0, "sensors": 1, "baud": 1])
        #expect(try wheel.setting("speed").get() == 0)
    }

    /// States that another program may have left.
    @Test(arguments: ["slow", "trigger out", "sensors on", "turning", "half a command", "twelve positions"])
    func opensInAnyState(_ state: String) throws {
        let setup = try fw102c { wheel in
            switch state {
            case "slow": wheel.values["speed"] = 0
            case "trigger out": wheel.values["trig"] = 1
            case "sensors on": wheel.values["sensors"] = 1
            case "turning":
                wheel.stepTime = .milliseconds(30)
                _ = wheel.answer("pos=4", at: .now)
            case "half a command": wheel.pendingInput = Array("pos=".utf8)
            default: wheel.positionCount = 12
            }
        }
        let wheel = try setup.open()
        #expect(wheel.positionCount == (state == "twelve positions" ? 12 : 6))
        for position in [3, 0, 5] {
            try wheel.go(to: position)
            #expect(try wheel.position == position)
        }
    }
}
