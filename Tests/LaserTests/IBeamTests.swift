import Devices
import Pickle
import Testing
import Transports

@testable import Lasers

struct IBeamTests {
    /// The dialogue on which python-microscope and pyLabLib agree, with the console in its normal state.
    @Test(arguments: [
        ("\r\n", "\r\n[OK]\r\n"), ("show serial\r\n", "\r\nSN: iBEAM-SMART-488-S-A3-15-21234\r\n[OK]\r\n"),
        ("channel 2 power 5.0\r\n", "\r\n[OK]\r\n"), ("laser on\r\n", "\r\n[OK]\r\n"),
        ("laser on\r\nstatus laser\r\n", "\r\n[OK]\r\n\r\nON\r\n[OK]\r\n"),
        (
            "laser on\r\nchannel 2 power 4.987\r\nshow power\r\n",
            "\r\n[OK]\r\n\r\n[OK]\r\n\r\nPIC  = 4987 uW  \r\n[OK]\r\n"
        ),
        ("channel 2 power 5000\r\n", "\r\n%SYS-E-047, out of range\r\n[OK]\r\n"),
        ("la off\r", "\r\n[OK]\r\n"),
    ])
    func simulationAnswersAsTheLaserDoes(command: String, answer: String) throws {
        var laser = SimulatedIBeam()
        (laser.echoes, laser.prompts, laser.talk) = (false, false, "usual")
        #expect(try LaserKind.iBeam(laser).answer(command, answer.unicodeScalars.count) == answer)
    }

    @Test(arguments: [true, false], ["quiet", "usual", "gabby"])
    func opensInWhateverStateTheConsoleIs(isLoud: Bool, talk: String) throws {
        var laser = SimulatedIBeam()
        (laser.echoes, laser.prompts, laser.talk) = (isLoud, isLoud, talk)
        laser.startByItself()
        let setup = try LaserKind.iBeam(laser)
        let light = try setup.open()
        #expect(!setup.isSwitchedOn)
        #expect(try light.setting("serial number").get() == "iBEAM-SMART-488-S-A3-15-21234")
        #expect(light.powerRange == 0...100)
        #expect(abs(light.setPoint - 0.05) < 1e-9)
    }

    @Test func saysNoMoreThanItMust() throws {
        let setup = try LaserKind.iBeam()
        let light = try setup.open()
        setup.forgetTranscript()
        try light.setPower(0.125)
        try light.enable()
        try light.disable()
        let said = [
            "channel 2 power 12.500", "show level power", "status laser", "enable 2", "laser on", "status laser",
            "laser off", "status laser",
        ]
        #expect(setup.transcript == said.map { $0 + "\r\n" }.joined())
    }

    @Test(arguments: ["W", "E", "F"]) func givesTheLasersOwnWordsForARefusal(level: String) throws {
        var laser = SimulatedIBeam()
        laser.lockLevel = level
        let setup = try LaserKind.iBeam(laser)
        let light = try setup.open()
        setup.change { $0.isInterlockOpen = true }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("'laser on' was refused: %SYS-\(level)-035"), "\(error)")
    }

    @Test func remarksAreNoErrors() throws {
        let setup = try LaserKind.iBeam()
        let light = try setup.open()
        setup.port.update { $0.talk = "gabby" }
        try light.enable()
        #expect(try light.isOn)
    }

    @Test func lightComesFromChannel2ThoughItWasDisabled() throws {
        var laser = SimulatedIBeam()
        laser.hasChannel2 = false
        let light = try LaserKind.iBeam(laser).open()
        try light.enable()
        #expect(abs(try light.power - 0.05) < 1e-9)
    }

    @Test func tellsInTheLasersWords() throws {
        let light = try LaserKind.iBeam().open()
        #expect(light.status.contains("clip: PASS"))
        #expect(try light.setting("uptime").get() == "PowerUP: 1234 h + 56 s")
        #expect(try light.setting("diode current").get() == "LDC  = 0.0 mA")
    }
}
