import Devices
import Pickle
import Testing
import Transports

@testable import Lasers

struct OmicronTests {
    /// The dialogue from the sources, in Latin-1.
    @Test(arguments: [
        ("?GFw\r", "!GFwLuxX488-100\u{A7}4\u{A7}2.87\r"), ("?GSN\r", "!GSN123456.7\r"), ("?GAS\r", "!GAS00C0\r"),
        ("?SOMDC5B\r?GOM\r", "!SOM>\r!GOMDC5B\r"), ("?SLP400\r?GLP\r", "!SLP>\r!GLP400\r"),
        ("?POn\r?LOn\r?GAS\r", "!POn>\r!LOn>\r!GAS00C2\r"), ("?LOf\r", "!LOf>\r"), ("?XXX\r", "!UK\r"),
        ("?RsC\r", "!RsC>\r$RsC>\r"), ("?SLP1000\r", "!SLPx\r"), ("?somdc5b\r", "!UK\r"), ("?SOMdc5b\r", "!SOM>\r"),
        // Omicron's list of commands, V1.0.
        ("?ROM\r?ROM0\r?GOM\r", "!ROM1\r!ROM>\r!GOMDC43\r"), ("?ROM3\r?GOM\r", "!ROM>\r!GOMDCDB\r"),
        ("?ROM9\r", "!ROMx\r"),
        ("?SAS\r?SAS0\r?SAS\r", "!SAS1\r!SAS>\r!SAS0\r"), ("?SAP1\r", "!SAP>\r"), ("?CLD\r", "!CLD>\r"),
        // Newer heads, and the separator that ImSwitch chooses until a reset.
        ("?SPP50\r?GPP\r", "!SPP>\r!GPP50.0\r"), ("?TPP25.5\r", "!TPP>\r"),
        ("?GFw|\r?GSI\r", "!GFwLuxX488-100|4|2.87\r!GSI488\u{FF}|100\r"),
    ])
    func simulationAnswersAsTheLaserDoes(command: String, answer: String) throws {
        #expect(try LaserKind.omicron().answer(command, answer.unicodeScalars.count) == answer)
    }

    @Test func saysNoMoreThanItMust() throws {
        let setup = try LaserKind.omicron()
        let light = try setup.open()
        setup.forgetTranscript()
        try light.setPower(0.25)
        try light.enable()
        try light.disable()
        let said = [
            "GMP", "GLP", "SLP400", "GLP", "GMP", "GAS", "GOM", "POn", "LOn", "GAS", "LOf", "GAS",
        ]
        #expect(setup.transcript == said.map { "?\($0)\r" }.joined())
    }

    @Test func writesNoLevelThatItHas() throws {
        let setup = try LaserKind.omicron()
        let light = try setup.open()
        for _ in 0..<3 { try light.setPower(0.5) }
        #expect(setup.port.instrument.levelWrites == 1)
    }

    @Test func changesNothingThatOutlivesIt() throws {
        var laser = SimulatedOmicron()
        laser.mode = 0xFCFB
        let setup = try LaserKind.omicron(laser)
        let light = try setup.open()
        try light.enable()
        try light.shutdown()
        #expect(setup.port.instrument.mode == 0xFCFB)
        #expect(setup.port.instrument.levelWrites == 0)
    }

    @Test func passesOverWhatNobodyAskedFor() throws {
        var laser = SimulatedOmicron()
        laser.chats = true
        let light = try LaserKind.omicron(laser).open()
        try light.enable()
        #expect(try light.isOn)
    }

    /// The states in which luxx_communication, ImSwitch, Micro-Manager and Omicron's own program may leave a laser.
    @Test(arguments: [
        "separator", "ad hoc", "standby", "standby, on", "digital", "analog", "temporary power", "autostart",
    ])
    func isUsedAsAnotherProgramLeftIt(state: String) throws {
        var laser = SimulatedOmicron()
        let words = [
            "separator": ["?GFw|"], "standby": ["?ROM0"], "standby, on": ["?POn", "?LOn", "?ROM0"],
            "digital": ["?SOMDC7B"], "analog": ["?ROM3"], "temporary power": ["?TPP10"],
            "autostart": ["?SAS1", "?SAP1"],
        ]
        laser.chats = state == "ad hoc"
        for word in words[state] ?? [] { _ = laser.answer(word, at: .now) }
        laser.startByItself()
        let setup = try LaserKind.omicron(laser)
        let light = try setup.open()
        #expect(!setup.isSwitchedOn)
        #expect(try light.setting("model").get() == "LuxX488-100, 4, 2.87")
        #expect(try light.setting("wavelength").get() == "488")
        try light.setPower(0.5)
        try light.enable()
        #expect(setup.port.instrument.isEmitting(at: .now))
        #expect(abs(try light.power - 0.5) < 0.001)
        #expect(try light.triggerType == (["digital", "analog"].contains(state) ? .risingEdge : .software))
        try light.disable()
        #expect(!setup.isSwitchedOn)
    }

    /// Witness: luxx_communication, "takes about 3 seconds".
    @Test func waitsForLightThatTakesSeconds() throws {
        var laser = SimulatedOmicron()
        laser.startTime = .milliseconds(1500)
        let setup = try LaserKind.omicron(laser)
        let light = try setup.open()
        try light.enable()
        #expect(setup.port.instrument.isEmitting(at: .now))
    }

    /// The numbers of the kinds are those that Odemis knows.
    @Test(arguments: [
        ("PhoxX405-120", 3), ("LuxX488-100", 4), ("LuxX+488-60", 18), ("LEDMOD2+", 19), ("BrixX808-800", 100),
    ])
    func drivesEachKind(name: String, number: Int) throws {
        var laser = SimulatedOmicron()
        laser.model = .init(name: name, number: number)
        let light = try LaserKind.omicron(laser).open()
        #expect(try light.setting("model").get() == .str("\(name), \(number), 2.87"))
        try light.enable()
        #expect(try light.isOn)
    }

    @Test func releasesTheLightThatIsHeldBack() throws {
        var laser = SimulatedOmicron()
        laser.mode &= ~0x18
        let setup = try LaserKind.omicron(laser)
        try setup.open().enable()
        #expect(setup.isSwitchedOn)
    }

    @Test(arguments: [
        (12, "diode temperature"), (10, "over-current"), (0, "soft interlock"),
    ])
    func namesAFaultAndClearsIt(bit: Int, name: String) throws {
        let setup = try LaserKind.omicron()
        let light = try setup.open()
        setup.port.update { $0.fail(bit) }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("fault: \(name); clearFault() resets the laser"), "\(error)")
        #expect(try light.setting("latched fault").get() == .str(name))
        let table = RemoteInterface(of: "OmicronLaser") { light.remoteMembers }
        guard case .value(let status) = try table.call("clearFault", CallArguments()) else { return }
        #expect(try #require([String](python: status)).contains("fault: none"))
        try light.enable()
        #expect(setup.isSwitchedOn)
    }

    @Test func saysThatTheKeyMustBeTurned() throws {
        let setup = try LaserKind.omicron()
        let light = try setup.open()
        setup.port.update { $0.mustToggleKey = true }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("the key must be turned off and on again"))
    }

    @Test func doesWithoutWhatALaserLacks() throws {
        var laser = SimulatedOmicron()
        laser.unknownWords = ["GMP", "GLF"]
        laser.unavailableWords = ["MDP", "MTD"]
        let light = try LaserKind.omicron(laser).open()
        #expect(light.powerRange == 0...100)
        #expect(!light.settings.contains { ["latched fault", "diode temperature"].contains($0.name) })
        try light.setPower(0.5)
        try light.enable()
        #expect(abs(try light.power - 0.5) < 0.001)
    }

    @Test func modulationIsItsTrigger() throws {
        let setup = try LaserKind.omicron()
        let light = try setup.open()
        try light.setTrigger(.risingEdge, .bulb)
        #expect(try light.setting("digital modulation").get() == true)
        try light.setting("analog modulation").set(true)
        #expect(try light.triggerType == .risingEdge)
        try light.setTrigger(.software, .bulb)
        #expect(try light.setting("analog modulation").get() == false)
    }
}
