import Devices
import Lasers
import Pickle
import Testing
import Transports

@testable import Lasers

struct CoboltTests {
    /// The dialogue of a Jive from python-microscope's mock.
    @Test(arguments: [
        ("sn?\r", "7863\r\n"), ("gmlp?\r", "600.000000\r\n"), ("ilk?\r", "0\r\n"), ("f?\r", "0\r\n"),
        ("@cobas?\r", "0\r\n"), ("p 0.0500\r", "OK\r\n"), ("l1\r", "OK\r\n"), ("l1\rl?\r", "OK\r\n1\r\n"),
        ("l1\rp 0.0500\rpa?\r", "OK\r\nOK\r\n0.0500\r\n"), ("p 9\r", "Syntax error: Value is out of range.\r\n"),
        ("l0\r", "OK\r\n"), ("  l?  \r", "0\r\n"), ("no?\r", "Syntax error: illegal command\r\n"),
        ("glm?\r", "Syntax error: illegal command\r\n"), ("slp 20\rglp?\r", "OK\r\n20.000000\r\n"),
        ("sames 1\rgames?\r", "OK\r\n1\r\n"), ("laser:runmode?\r", "Syntax error: illegal command\r\n"),
        ("l1\r@cob1\rl?\r", "OK\r\nOK\r\n0\r\n"),
    ])
    func simulationAnswersAsTheLaserDoes(command: String, answer: String) throws {
        #expect(try LaserKind.cobolt().answer(command, answer.utf8.count) == answer)
    }

    static func twelveVolt(_ firmware: String = "CAP-1004-2.1.0") throws -> LaserSetup<CoboltCommands, SimulatedCobolt>
    {
        try LaserKind.cobolt(SimulatedCobolt(twelveVoltFirmware: firmware))
    }

    /// The words of CoboltOfficial (Micro-Manager, `Laser.cpp`) and pycobolt (`Cobolt06`).
    @Test(arguments: [
        ("gfv?\r", "CAP-1004-2.1.0\r\n"), ("glm?\r", "0488-06-01-0100-1100\r\n"),
        ("laser:cp:power:setpoint? max\r", "100.000000\r\n"), ("laser:power:reading?\r", "0.000\r\n"),
        ("LAS:RUNM PowerModulation\rlaser:runmode?\r", "OK\r\nPowerModulation\r\n"),
        ("las:pm:dig:ena 1\rlaser:pm:digital:enabled?\r", "OK\r\n1\r\n"),
        ("las:paus 1\rLASer:PAUSed?\r", "OK\r\n1\r\n"),
        ("LASer:PowerModulation:POWer:SETPoint 5\rlas:pm:pow:setp?\r", "OK\r\n5.000000\r\n"),
        ("@cob1\rl?\rabort\rl?\r", "OK\r\n1\r\nOK\r\n0\r\n"), ("gmlp?\r", "Syntax error: illegal command\r\n"),
        ("p 0.01\r", "Syntax error: illegal command\r\n"), ("l1\r", "Syntax error: illegal command\r\n"),
        ("laser:cp:power:setpoint 500\r", "Syntax error: Value is out of range.\r\n"),
        ("laser:runmode? options\r", "ConstantCurrent, ConstantPower, CurrentModulation, PowerModulation\r\n"),
    ])
    func simulationAnswersAsALaserOfTwelveVolts(command: String, answer: String) throws {
        #expect(try Self.twelveVolt().answer(command, answer.utf8.count) == answer)
    }

    /// The marks of the firmware by which CoboltOfficial (`LaserFactory.cpp`) knows these lasers.
    @Test(arguments: ["CAP-1004-2.1.0", "BOB-1005-1.0", "IMP-1011-1.0", "1.4/1004.7", "1.4/1005.7"])
    func speaksTheWordsOfTwelveVoltsByTheFirmware(firmware: String) throws {
        let setup = try Self.twelveVolt(firmware)
        let light = try setup.open()
        setup.forgetTranscript()
        try light.setPower(0.25)
        try light.enable()
        #expect(try light.measuredPower == 0.25)
        try light.disable()
        #expect(!setup.isSwitchedOn)
        let said = [
            "laser:runmode?", "laser:cp:power:setpoint 25.00", "laser:runmode?", "laser:cp:power:setpoint?", "l?",
            "@cob1",
            "laser:paused?", "l?", "laser:power:reading?", "l0", "l?", "l?",
        ]
        #expect(setup.transcript == said.map { $0 + "\r" }.joined())
    }

    @Test func aLaserOfTwelveVoltsThatKnowsNoL0IsAborted() throws {
        var laser = SimulatedCobolt(twelveVoltFirmware: "CAP-1004-2.1.0")
        laser.unknownWords = ["l0"]
        laser.startByItself()
        let setup = try LaserKind.cobolt(laser)
        let light = try setup.open()
        #expect(!setup.isSwitchedOn)
        try light.enable()
        try light.disable()
        #expect(!setup.isSwitchedOn)
    }

    /// Micro-Manager's adapter leaves its shutter closed, which pauses the laser.
    @Test func aPausedLaserOfTwelveVoltsShines() throws {
        var laser = SimulatedCobolt(twelveVoltFirmware: "CAP-1004-2.1.0")
        laser.isPaused = true
        let setup = try LaserKind.cobolt(laser)
        let light = try setup.open()
        try light.enable()
        #expect(setup.port.instrument.isEmitting())
        #expect(try light.power > 0)
    }

    @Test func aLaserOfTwelveVoltsIsGatedByItsInput() throws {
        let setup = try Self.twelveVolt()
        let light = try setup.open()
        try light.setTrigger(.risingEdge, .bulb)
        #expect(setup.port.instrument.runMode == "PowerModulation" && setup.port.instrument.hasDigitalModulation)
        #expect(try light.triggerType == .risingEdge)
        try light.setPower(0.5)
        #expect(setup.port.instrument.modulationPower == 50)
        try light.setTrigger(.software, .bulb)
        #expect(try light.setting("mode").get() == .int(CoboltRunMode.constantPower.rawValue))
    }

    @Test func aLaserOfTwelveVoltsNamesItsFault() throws {
        let setup = try Self.twelveVolt()
        let light = try setup.open()
        #expect(light.status.contains("fault: none"))
        #expect(light.status.contains("operating mode: Standby"))
        setup.port.update { $0.fault = 1 }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("fault: Temperature Error"), "\(error)")
        try light.setting("autostart").set(true)
        #expect(setup.port.instrument.hasAutostart)
    }

    @Test func saysNoMoreThanItMust() throws {
        let setup = try LaserKind.cobolt()
        let light = try setup.open()
        setup.forgetTranscript()
        try light.setPower(0.25)
        try light.enable()
        #expect(try light.measuredPower == 0.25)
        try light.disable()
        #expect(setup.transcript == "p 0.1500\rp?\rl?\rl1\rl?\rpa?\rl0\rl?\r")
    }

    @Test func isToldItsPowerFirstAfterALoss() throws {
        let setup = try LaserKind.cobolt()
        let light = try setup.open()
        try light.setPower(0.25)
        for power in [150.0, 600] {
            setup.unplug()
            setup.port.update { $0.power = power }
            setup.forgetTranscript()
            try setup.plugIn()
            try light.enable()
            let said = power == 150 ? "p?\rl?\rl1\rl?\r" : "p?\rp 0.1500\rp?\rl?\rl1\rl?\r"
            #expect(setup.transcript == "sn?\rgfv?\rl0\rl?\r" + said)
            setup.forgetTranscript()
            try light.disable()
            try light.enable()
            #expect(setup.transcript == "l0\rl?\rl?\rl1\rl?\r", "once is enough")
        }
    }

    @Test func changesNothingThatOutlivesIt() throws {
        var laser = SimulatedCobolt()
        laser.hasAutostart = true
        let setup = try LaserKind.cobolt(laser)
        let light = try setup.open()
        try light.shutdown()
        #expect(setup.port.instrument.hasAutostart)
        #expect(!setup.transcript.contains("@cobas "))
        #expect(!setup.transcript.contains("@cob1"))
    }

    @Test func saysWhatToDoAboutAutostart() throws {
        var laser = SimulatedCobolt()
        laser.hasAutostart = true
        let setup = try LaserKind.cobolt(laser)
        let light = try setup.open()
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("set the setting 'autostart' to false"))
        try light.setting("autostart").set(false)
        try light.enable()
        #expect(setup.isSwitchedOn)
    }

    @Test(arguments: [(1, "temperature"), (4, "constant power"), (17, "number 17")])
    func namesAFault(code: Int, name: String) throws {
        let setup = try LaserKind.cobolt()
        let light = try setup.open()
        setup.port.update { $0.fault = code }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains(name), "\(error)")
        #expect(light.status.contains { $0.hasPrefix("fault: \(name)") })
    }

    @Test func clearsAFault() throws {
        let setup = try LaserKind.cobolt()
        let light = try setup.open()
        setup.port.update { $0.fault = 1 }
        let table = RemoteInterface(of: "CoboltLaser") { light.remoteMembers }
        guard case .value(let status) = try table.call("clearFault", CallArguments()) else { return }
        #expect(try #require([String](python: status)).contains("fault: none"))
        try light.enable()
        #expect(setup.isSwitchedOn)
    }

    @Test func asksAgainAfterAnEmptyAnswer() throws {
        let setup = try LaserKind.cobolt()
        let light = try setup.open()
        setup.port.update { $0.emptyAnswers = 1 }
        #expect(try !light.isOn)
    }

    @Test func doesNotTakeAStaleAnswerForAWatt() throws {
        let setup = try LaserKind.cobolt()
        let light = try setup.open()
        try light.enable()
        setup.port.update { $0.staleAnswers = 1 }
        #expect(abs(try light.power - 50.0 / 600) < 1e-9)
    }

    @Test func mayEcho() throws {
        var laser = SimulatedCobolt()
        laser.echoes = true
        let setup = try LaserKind.cobolt(laser)
        let light = try setup.open()
        try light.setPower(0.5)
        try light.enable()
        #expect(try light.power == 0.5)
    }

    @Test func knowsOlderAndNewerWords() throws {
        var laser = SimulatedCobolt()
        laser.unknownWords = ["sn?", "@cobasks?", "gam?", "@cobas?", "ilk?", "gom?"]
        let setup = try LaserKind.cobolt(laser)
        let light = try setup.open()
        #expect(try light.setting("serial number").get() == "7863")
        #expect(try light.setting("key on").get() == true)
        #expect(!light.settings.contains { ["mode", "autostart", "interlock open"].contains($0.name) })
        #expect(light.status.count == 6)
        try light.enable()
        #expect(try light.triggerType == .software)
    }

    @Test func lightThatComesAfterTheWarmUpIsOn() throws {
        var laser = SimulatedCobolt()
        laser.warmAt = .now + .seconds(3600)
        let setup = try LaserKind.cobolt(laser)
        let light = try setup.open()
        try light.enable()
        #expect(try light.isOn)
        #expect(try light.power == 0)
    }

    @Test func gatesLightByItsInput() throws {
        let setup = try LaserKind.cobolt()
        let light = try setup.open()
        try light.setTrigger(.risingEdge, .bulb)
        #expect(setup.port.instrument.mode == 2)
        #expect(setup.port.instrument.hasDigitalModulation)
        #expect(try light.triggerType == .risingEdge)
        try light.setTrigger(.software, .bulb)
        #expect(setup.port.instrument.mode == 1)
        #expect(try light.setting("mode").get() == 1)
    }

}
