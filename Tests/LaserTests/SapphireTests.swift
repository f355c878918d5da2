import Devices
import Lasers
import Pickle
import Testing
import Transports

@testable import Lasers

struct SapphireTests {
    /// The dialogue of a 561 LP from python-microscope's mock, with the echo off.
    @Test(arguments: [
        (">=0\r\n", "\r\n"), ("L=0\r\n", "\r\n"), ("?MAXLP\r\n", "\r\n220.000\r\n"),
        ("L=0\r\nP=80\r\n", "\r\n\r\nNote: Laser_Output is OFF (L=0)\r\n"), ("L=1\r\n?L\r\n", "\r\n\r\n1\r\n"),
        ("?HID\r\n", "\r\n505925.000\r\n"), ("?hid\r\n", "\r\n505925.000\r\n"),
        ("P=10\r\n", "\r\nvalue must be between 20.000 and 220.000\r\n"),
        // The protocol of Sapphire_ESP32, with commands that end with a carriage return or a line feed.
        ("?WAVE\r?BT\n", "\r\n561\r\n\r\n27.50\r\n"), ("?c\r", "\r\n1.250\r\n"), ("?PSH\r", "\r\n   301:02\r\n"),
        ("?DT\r?DST\r?PST\r", "\r\n24.90\r\n\r\n24.90\r\n\r\n31.20\r\n"), ("?DRC\r", "\r\n0.750\r\n"),
        (">1\r", "\r\nSapphire:0-> "), ("?>\r?E\r", "\r\n0\r\n\r\n0\r\n"), ("NONSENSE\r", "\r\n"),
        ("T=0\r\nL=1\r\n", "\r\n\r\nTEC must be ON (T=1) to enable Light Output!\r\n"),
    ])
    func simulationAnswersAsTheLaserDoes(command: String, answer: String) throws {
        var laser = SimulatedSapphire()
        (laser.echoes, laser.prompts) = (false, false)
        #expect(try LaserKind.sapphire(laser).answer(command, answer.utf8.count) == answer)
    }

    @Test func simulationEchoesAndPromptsAtPowerUp() throws {
        let answer = "?L\r\n1\r\nSapphire:0-> E=0\r\nSapphire:0-> \r\n1\r\nSapphire:0-> "
        #expect(try LaserKind.sapphire().answer("?L\r\nE=0\r\n?L\r\n", answer.utf8.count) == answer)
    }

    @Test func emitsWithItsKeyAndIsSwitchedOffAtOnce() throws {
        let setup = try LaserKind.sapphire()
        #expect(setup.isSwitchedOn)
        _ = try setup.open()
        #expect(!setup.isSwitchedOn)
        #expect(setup.transcript.hasPrefix(">=0\r\n?HID\r\nL=0\r\n?L\r\n"))
    }

    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
    func echoAndPromptMakeNoDifference(echoes: Bool, prompts: Bool) throws {
        var laser = SimulatedSapphire()
        (laser.echoes, laser.prompts) = (echoes, prompts)
        let setup = try LaserKind.sapphire(laser)
        let light = try setup.open()
        setup.port.update { $0.prompts = prompts }
        try light.setPower(0.5)
        try light.enable()
        #expect(try light.power == 0.5)
        #expect(try light.setting("model").get() == "Sapphire 200mW")
        #expect(try light.setting("firmware").get() == "8.005")
        #expect(try light.setting("serial number").get() == "505925")
        try light.disable()
        #expect(!setup.isSwitchedOn)
    }

    @Test func doesNoLessThanATenth() throws {
        let setup = try LaserKind.sapphire()
        let light = try setup.open()
        try light.enable()
        try light.setPower(0)
        #expect(try light.power == 20.0 / 220)
        try light.setPower(1)
        #expect(try light.power == 1)
    }

    @Test func waitsUntilItIsOn() throws {
        var laser = SimulatedSapphire()
        laser.switchingTime = .milliseconds(100)
        let setup = try LaserKind.sapphire(laser)
        let light = try setup.open()
        try light.enable()
        #expect(setup.port.instrument.isEmitting())
    }

    @Test func saysThatItsTemperatureControlIsOff() throws {
        let setup = try LaserKind.sapphire()
        let light = try setup.open()
        try light.setting("temperature control").set(false)
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("temperature control (TEC) is off"))
        try light.setting("temperature control").set(true)
        try light.enable()
    }

    @Test func saysThatItIsWarmingUp() throws {
        let setup = try LaserKind.sapphire()
        let light = try setup.open()
        setup.port.update { $0.isWarmingUp = true }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("its state: warm-up"), "\(error)")
        #expect(try light.setting("state").get() == "warm-up")
        setup.port.update { $0.isWarmingUp = false }
        try light.enable()
    }

    @Test func namesFaults() throws {
        let setup = try LaserKind.sapphire()
        let light = try setup.open()
        setup.port.update { $0.fault = 1 << 4 | 1 << 14 }
        #expect(light.status.contains("fault: diode current, unknown (hexadecimal 4000)"))
        #expect(light.status.contains("state: error"))
    }

    /// Other states than those of echo and prompt in which people and programs may leave a laser.
    @Test(arguments: ["key", "temperature", "remote", "dark"]) func isUsedAsItWasLeft(state: String) throws {
        var laser = SimulatedSapphire()
        (laser.isKeyOn, laser.isTemperatureControlled) = (state != "key", state != "temperature")
        if state == "dark" { _ = laser.answer("L=0", at: .now) }
        laser.isRemote = state == "remote"
        let setup = try LaserKind.sapphire(laser)
        let light = try setup.open()
        #expect(!setup.isSwitchedOn)
        switch state {
        case "key", "temperature":
            let error = try #require(throws: DeviceError.self) { try light.enable() }
            #expect("\(error)".contains(state == "key" ? "the key is at standby" : "temperature control (TEC) is off"))
        case "remote":
            let error = try #require(throws: DeviceError.self) { try light.setPower(0.5) }
            #expect("\(error)".contains("was set to a power of 110.0 but reports 20.0"), "\(error)")
        default:
            try light.setPower(0.5)
            try light.enable()
            #expect(try light.power == 0.5)
        }
    }

    @Test func emissionHoursAreHours() throws {
        let setup = try LaserKind.sapphire()
        guard case .float(let hours) = try setup.open().setting("operating hours").get() else {
            Issue.record("no number")
            return
        }
        #expect(abs(hours - (257 + 34.0 / 60)) < 1e-9)
    }
}
