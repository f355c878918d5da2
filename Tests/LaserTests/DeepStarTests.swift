import Devices
import Pickle
import Testing
import Transports

@testable import Lasers

struct DeepStarTests {
    /// The dialogue of a TA DeepStar 488 from python-microscope's mock.
    @Test(arguments: [
        (["S?"], "S1\r\n"), (["LON", "L2", "IPO", "MF", "A2DF"], "LONOK\r\n>\r\nIPO\r\nMF\r\nA2D OFF\r\n"),
        (["PP800"], "PP800\r\n"), (["LON", "LF"], "LONOK\r\nLOFFOK\r\n"), (["LF"], "UK\r\n"), (["L2"], "UK\r\n"),
        (["STAT0"], "MC 488  200 TA   \r\n"), (["PP123", "PP?"], "PP123\r\nPP123\r\n"),
    ])
    func simulationAnswersAsTheLaserDoes(commands: [String], answer: String) throws {
        let bytes = commands.map { $0 + String(repeating: " ", count: 14 - $0.count) + "\r\n" }.joined()
        #expect(try LaserKind.deepStar().answer(bytes, answer.utf8.count) == answer)
    }

    @Test func everyCommandHasSixteenBytes() throws {
        let setup = try LaserKind.deepStar()
        let light = try setup.open()
        try light.setPower(0.5)
        try light.enable()
        _ = try light.power
        _ = SettingList(light.settings).all()
        #expect(light.status.count == 6)
        try light.disable()
        let commands = setup.transcript.split(separator: "\r\n", omittingEmptySubsequences: false).dropLast()
        #expect(commands.count > 20)
        #expect(commands.allSatisfy { $0.count == 14 })
    }

    @Test func simulationGoesOffWhenALengthIsWrong() throws {
        let setup = try LaserKind.deepStar()
        setup.change { $0.startByItself() }
        #expect(try setup.answer("LF\r\n", 4) == "UK\r\n")
        #expect(!setup.isSwitchedOn)
    }

    /// The modes that another program may have left, in a laser that is off and in one that is on.
    @Test(arguments: ["L0", "LB", "L1", "L2", "BLK"], ["MF", "MO1", "MO2", "MO3"])
    func isUsedAsAnotherProgramLeftIt(mode: String, modulation: String) throws {
        for isOn in [false, true] {
            var laser = SimulatedDeepStar()
            if isOn { laser.startByItself() }
            (laser.mode, laser.modulation, laser.isAnalogLinked) = (mode, modulation, true)
            laser.hasInternalPeak = false
            let setup = try LaserKind.deepStar(laser)
            let light = try setup.open()
            #expect(!setup.isSwitchedOn)
            try light.setPower(0.5)
            try light.enable()
            #expect(setup.port.instrument.isEmitting(at: .now))
            #expect(setup.port.instrument.mode == "L2")
            try light.disable()
            #expect(!setup.isSwitchedOn)
        }
    }

    /// The start of a command that another program has left makes the laser fail: the first command has a wrong length.
    @Test func theStartOfACommandPutsItIntoItsErrorState() throws {
        let setup = try LaserKind.deepStar()
        setup.change { $0.startByItself() }
        #expect(try setup.answer("LO", 0).isEmpty)
        let light = try setup.open()
        #expect(!setup.isSwitchedOn)
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("state S0"), "\(error)")
    }

    /// An LDM names itself in `STAT0`.
    @Test func drivesAnLDM() throws {
        var laser = SimulatedDeepStar()
        laser.controller = "MC 405  100 LDM  "
        let light = try LaserKind.deepStar(laser).open()
        #expect(try light.setting("model").get() == "MC 405  100 LDM")
        try light.enable()
        #expect(try light.isOn)
    }

    @Test(arguments: [false, true]) func tellsThePowerThatItMeasuresIfItCan(hasMonitor: Bool) throws {
        var laser = SimulatedDeepStar()
        laser.hasPowerMonitor = hasMonitor
        let setup = try LaserKind.deepStar(laser)
        let light = try setup.open()
        try light.enable()
        try light.setPower(0.5)
        #expect(abs(try light.power - 0.5) < 0.001)
        let commands = setup.transcript.split(separator: "\r\n")
        #expect(commands.contains { $0.hasPrefix("P? ") } == hasMonitor)
    }

    @Test func tellsItsHoursAndTemperature() throws {
        let setup = try LaserKind.deepStar()
        let light = try setup.open()
        #expect(try light.setting("operating hours").get() == .float(4667))
        #expect(try light.setting("diode temperature").get() == .float(24.9))
        #expect(try light.setting("serial number").get() == "131056")
    }
}
