import Devices
import Lasers
import Pickle
import Platform
import Testing
import Transports

/// The safety rules that every laser driver follows, whatever happens on the wire.
struct LightRulesTests {
    // MARK: Off

    @Test(arguments: LaserKind.all) func lightIsOffOnceTheDriverIsThere(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        setup.change { $0.startByItself() }
        #expect(setup.isSwitchedOn)
        let light = try setup.openLight()
        #expect(!setup.isSwitchedOn)
        #expect(try !light.isOn)
        #expect(try light.power == 0)
        #expect(!light.isEnabled)
    }

    @Test(arguments: LaserKind.all) func lightStaysIfItIsToBeLeft(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        setup.change { $0.startByItself() }
        let light = try setup.openLight(leaveAsIs: true)
        #expect(setup.isSwitchedOn)
        #expect(try light.isOn)
        #expect(light.isEnabled)
    }

    @Test(arguments: LaserKind.all) func lightIsOnWhileEnabled(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        for _ in 0..<2 {
            try light.enable()
            try light.enable()
            #expect(setup.isSwitchedOn)
            #expect(try light.isOn)
            try light.disable()
            #expect(!setup.isSwitchedOn)
            #expect(try !light.isOn)
        }
    }

    @Test(arguments: LaserKind.all) func lightIsOffAfterShutdown(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        try light.enable()
        try setup.shutDown()
        #expect(!setup.isSwitchedOn)
        #expect(!light.isEnabled)
    }

    // MARK: What outlives a session

    @Test(arguments: LaserKind.all.filter { !$0.lasting.isEmpty })
    func nothingThatOutlivesTheSessionIsChangedUnasked(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        _ = try (light.status, SettingList(light.settings).all(), light.power)
        try light.enable()
        try light.disable()
        setup.unplug()
        try setup.plugIn()
        #expect(setup.logs("must be enabled again"))
        try light.enable()
        try setup.shutDown()
        let commands = setup.transcript.split { $0.isNewline }
        #expect(commands.count > 5)
        for command in commands {
            #expect(!kind.lasting.contains { command.hasPrefix($0) }, "\(command)")
        }
    }

    // MARK: The plug

    @Test(arguments: LaserKind.all) func lightGoesOffWhenThePortIsBackThoughNobodyAsks(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        try light.enable()
        setup.unplug()
        #expect(setup.isSwitchedOn)
        #expect(setup.logs("is gone"))
        #expect(light.isEnabled, "nobody has switched it off")
        try setup.plugIn()
        #expect(setup.wait { !$0.isSwitchedOn })
        #expect(setup.logs("must be enabled again"))
        #expect(!light.isEnabled)
        #expect(try !light.isOn)
        try light.enable()
        #expect(setup.isSwitchedOn)
    }

    @Test(arguments: LaserKind.all) func thePowerThatWasSetIsSetAgainBeforeLightComes(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        try light.setPower(0.5)
        setup.unplug()
        setup.change { $0.forgetPower() }
        try setup.plugIn()
        #expect(setup.logs("must be enabled again"))
        #expect(light.setPoint == 0.5)
        try light.enable()
        #expect(abs(try light.power - 0.5) < 0.01)
    }

    @Test(arguments: LaserKind.all) func lightThatWasLeftOnGoesOffAfterALoss(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        setup.change { $0.startByItself() }
        let light = try setup.openLight(leaveAsIs: true)
        setup.unplug()
        try setup.plugIn()
        #expect(setup.wait { !$0.isSwitchedOn })
        #expect(try !light.isOn)
    }

    @Test(arguments: LaserKind.all) func withoutItsPortTheLightIsUnknownAndNotOff(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        try light.enable()
        setup.unplug()
        for read in [{ _ = try light.isOn }, { _ = try light.power }] {
            let error = try #require(throws: DeviceError.self, performing: read)
            #expect("\(error)".contains("whether light comes out is unknown"))
            #expect("\(error)".contains("device at its port"))
        }
        #expect(throws: DeviceError.self) { try light.disable() }
        #expect(light.isEnabled)
        #expect(try light.status.first?.hasPrefix("whether light comes out is unknown") == true)
    }

    // MARK: The console

    /// The start of a command that another program has left, with which the first command makes nonsense.
    ///
    /// A DeepStar does not forgive it; see its own tests.
    @Test(arguments: LaserKind.all.filter { $0.driver != "deepstar" })
    func theStartOfACommandInTheDeviceIsNoHarm(kind: LaserKind) throws {
        for rest in ["?", "x 1", "L"] {
            let setup = try kind.makeSetup()
            setup.change { $0.startByItself() }
            _ = try setup.answer(rest, 0)
            let light = try setup.openLight()
            #expect(!setup.isSwitchedOn, "after '\(rest)'")
            try light.setPower(0.5)
            try light.enable()
            #expect(try light.isOn, "after '\(rest)'")
            try light.disable()
            #expect(!setup.isSwitchedOn)
        }
    }

    // MARK: The wire

    @Test(arguments: LaserKind.all) func aSilentLaserIsUnknownAndNotOff(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        try light.enable()
        setup.spoil { $0.isMute = true }
        let error = try #require(throws: DeviceError.self) { try light.isOn }
        #expect("\(error)".contains("whether light comes out is unknown"))
        setup.spoil { $0.isMute = false }
        #expect(try light.isOn)
    }

    @Test(arguments: LaserKind.all) func aLightThatDoesNotAnswerIsStillToldToGoOff(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        try light.enable()
        setup.spoil { $0.isMute = true }
        let error = try #require(throws: DeviceError.self) { try light.disable() }
        #expect("\(error)".contains("could not be switched off"))
        #expect(!setup.isSwitchedOn, "it heard the command, though its answer was lost")
        #expect(light.isEnabled)
        setup.spoil { $0.isMute = false }
        try light.disable()
        #expect(!light.isEnabled)
    }

    @Test(arguments: LaserKind.all) func anAnswerThatIsLostIsAskedForAgain(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        setup.spoil { $0.lostAnswers = 1 }
        try light.enable()
        #expect(setup.isSwitchedOn)
        setup.spoil { $0.lostAnswers = 1 }
        try light.disable()
        #expect(!setup.isSwitchedOn)
    }

    @Test(arguments: LaserKind.all) func answersMayComeSlowlyAndInPieces(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        setup.spoil { $0.pieces = (1, .milliseconds(1)) }
        let light = try setup.openLight()
        try light.setPower(0.5)
        try light.enable()
        #expect(try light.isOn)
        try light.disable()
        #expect(!setup.isSwitchedOn)
    }

    @Test(arguments: LaserKind.all) func noiseIsNoAnswer(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        for noise in [[0x00], [0xFF, 0xFE], [0x0D, 0x0A, 0x0D, 0x0A], Array("1\u{7F}".utf8)] as [[UInt8]] {
            setup.spoil { $0.noise = noise }
            #expect(try !light.isOn, "after \(noise)")
        }
    }

    // MARK: Interlock and key

    @Test(arguments: LaserKind.reporting(.interlock)) func anOpenInterlockKeepsItDarkAndIsNamed(kind: LaserKind) throws
    {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        try light.enable()
        setup.change { $0.isInterlockOpen = true }
        #expect(try !light.isOn)
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("interlock"), "\(error)")
        #expect(!light.isEnabled)
        setup.change { $0.isInterlockOpen = false }
        #expect(!setup.isSwitchedOn)
    }

    @Test(arguments: LaserKind.reporting(.key)) func aKeyThatIsOffKeepsItDark(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        setup.change { $0.isKeyOn = false }
        #expect(throws: DeviceError.self) { try light.enable() }
        #expect(!light.isEnabled)
        #expect(!setup.isSwitchedOn)
    }

    // MARK: Power

    @Test(arguments: LaserKind.all) func powerIsAFractionOfTheMost(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        try light.enable()
        for power in [0.25, 0.5, 1] {
            try light.setPower(power)
            #expect(light.setPoint == power)
        }
        try light.setPower(2)
        #expect(light.setPoint == 1)
        #expect(throws: RemoteError.self) { try light.setPower(.nan) }
        try light.setPower(0)
    }

    /// Some lasers keep one power for each trigger.
    @Test(arguments: LaserKind.all) func powerStaysWhenTheTriggerChanges(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        try light.setPower(0.37)
        for type in [TriggerType.risingEdge, .software] {
            do { try light.setTrigger(type, .bulb) } catch { continue }
            try light.enable()
            #expect(abs(try light.power - 0.37) < 0.01, "with \(type)")
            try light.disable()
        }
    }

    @Test(arguments: LaserKind.all) func theSetPointIsTheLasersOwnFromTheStart(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let first = try setup.openLight()
        if kind.takesPowerWhenOn { try first.enable() }
        try first.setPower(0.5)
        try first.disable()
        try setup.shutDown()
        let second = try setup.openLight()
        #expect(abs(second.setPoint - 0.5) < 0.01)
    }

    // MARK: Clients

    @Test(arguments: LaserKind.all) func everySettingCanBeReadAndSentBack(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        let settings = SettingList(light.settings) { Issue.record("\($0)") }
        let all = settings.all()
        #expect(all.pairs.count == light.settings.count)
        _ = try settings.update(all, isComplete: false)
        #expect(settings.all() == all)
    }

    @Test(arguments: LaserKind.all) func tellsHowItIsInWords(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let status = try setup.openLight().status
        #expect(status.contains { $0.hasPrefix("emission: off") })
        #expect(kind.lacks.contains(.hours) || status.contains { $0.hasPrefix("operating hours: ") })
        #expect(kind.lacks.contains(.fault) || status.contains { $0.hasPrefix("fault: none") })
    }

    @Test(arguments: LaserKind.all) func knowsBulbAlone(kind: LaserKind) throws {
        let setup = try kind.makeSetup()
        let light = try setup.openLight()
        #expect(try light.triggerType == kind.trigger)
        #expect(try light.triggerMode == .bulb)
        try light.setTrigger(kind.trigger, .bulb)
        #expect(throws: DeviceError.self) { try light.setTrigger(kind.trigger, .once) }
        #expect(throws: DeviceError.self) { try light.setTrigger(.pulse, .bulb) }
        #expect(throws: DeviceError.self) { try light.trigger() }
    }
}
