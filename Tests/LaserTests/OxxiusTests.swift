import Devices
import Pickle
import Testing
import Transports

@testable import Lasers

struct OxxiusTests {
    /// The dialogue from the sources.
    @Test(arguments: [
        ("inf?\n", "LBX-488-100-CSB-PPA\r\n"), ("dl 1\n", "OK\r\n"), ("dl 1\n?sta\n", "OK\r\n3\r\n"),
        ("?sta\n", "2\r\n"), ("p 25\n?sp\n", "OK\r\n25.0\r\n"), ("no\n", "????\r\n"), ("?INT\n", "1\r\n"),
        ("t 0\n?sta\n", "OK\r\n6\r\n"), ("p 900\n", "????\r\n"),
        // As oxxius_laser and the adapter for combiners speak.
        ("?HID\r", "LAS-01234\r\n"), ("L 1\r?L\r", "OK\r\n1\r\n"), ("DL SPM\n", "110.0\r\n"),
        ("PM 20\r?SP\r", "OK\r\n20.0\r\n"), ("APC 0\n?acc\n?APC\n", "OK\r\n1\r\n0\r\n"),
        ("c 40\n?sc\n", "OK\r\n40.0\r\n"), ("RST 0\r", "OK\r\n"), ("ip\n", "????\r\n"), ("IPA\n", "????\r\n"),
    ])
    func simulationAnswersAsTheLaserDoes(command: String, answer: String) throws {
        #expect(try LaserKind.oxxius().answer(command, answer.unicodeScalars.count) == answer)
    }

    @Test func saysNoMoreThanItMust() throws {
        let setup = try LaserKind.oxxius()
        let light = try setup.open()
        setup.forgetTranscript()
        try light.setPower(0.25)
        try light.enable()
        try light.disable()
        let said = ["inf?", "p 25.0", "inf?", "?sp", "?sta", "dl 1", "?sta", "dl 0", "?sta"]
        #expect(setup.transcript == said.map { $0 + "\n" }.joined())
    }

    @Test(arguments: [(1, "current"), (5, "head temperature"), (8, "manual reset needed"), (42, "number 42")])
    func namesAnAlarm(code: Int, name: String) throws {
        let setup = try LaserKind.oxxius()
        let light = try setup.open()
        setup.port.update { $0.alarm = code }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("fault: \(name)"), "\(error)")
        #expect(light.status.contains("fault: \(name)"))
        #expect(try light.setting("state").get() == "alarm")
    }

    @Test func mayEmitWhileItWarmsUp() throws {
        var laser = SimulatedOxxius()
        (laser.isWarmingUp, laser.unknownWords) = (true, ["?l"])
        laser.startByItself()
        let setup = try LaserKind.oxxius(laser)
        // It cannot be seen to be off, so that nobody may believe it is.
        #expect(throws: DeviceError.self) { try setup.open() }
        #expect(!setup.isSwitchedOn)
        setup.port.update { $0.unknownWords = [] }
        let light = try setup.open()
        #expect(try !light.isOn)
        try light.enable()
        #expect(try light.isOn)
    }

    @Test func isOnWhileItSearchesItsMode() throws {
        let setup = try LaserKind.oxxius()
        let light = try setup.open()
        setup.port.update { $0.isSearching = true }
        try light.enable()
        #expect(try light.isOn)
        #expect(try light.setting("state").get() == "SLM search")
    }

    /// Witness: Micro-Manager's Oxxius.cpp, which sets all models but the LBX in percent and asks with `ip` alone.
    @Test(arguments: ["LCX-561S-100-CSB-PPA", "LMX-488-100-CSB"])
    func othersThanAnLBXAreSetInPercent(model: String) throws {
        let setup = try LaserKind.oxxius(SimulatedOxxius(model: model))
        let light = try setup.open()
        try light.setPower(0.4)
        try light.enable()
        #expect(setup.transcript.contains("ip 40.0\n"))
        #expect(abs(try light.power - 0.4) < 1e-9)
        #expect(light.status.contains("set point: 40.0 %"))
        try light.disable()
        try light.shutdown()
        #expect(abs(try setup.open().setPoint - 0.4) < 1e-9)
    }

    /// The states in which Micro-Manager and oxxius_laser may leave a laser.
    @Test(arguments: ["acc", "am", "ttl", "cdrh", "sleep", "fault"])
    func isUsedAsAnotherProgramLeftIt(state: String) throws {
        var laser = SimulatedOxxius()
        laser.delay = .milliseconds(200)
        laser.startByItself()
        switch state {
        case "sleep": laser.switches["t"] = false
        case "fault": laser.alarm = 8
        default: laser.switches[state] = true
        }
        let setup = try LaserKind.oxxius(laser)
        let light = try setup.open()
        #expect(!setup.isSwitchedOn)
        guard state != "sleep", state != "fault" else {
            let error = try #require(throws: DeviceError.self) { try light.enable() }
            #expect("\(error)".contains(state == "sleep" ? "its state: sleep" : "fault: manual reset needed"))
            return
        }
        #expect(try light.triggerType == (state == "ttl" ? .risingEdge : .software))
        try light.setPower(0.5)
        try light.enable()
        #expect(setup.port.instrument.isEmitting(at: .now))
        #expect(try light.power == 0.5)
    }

    @Test func doesWithoutWhatALaserLacks() throws {
        var laser = SimulatedOxxius()
        laser.unknownWords = ["?key", "?ttl", "?cdrh", "?hh"]
        let light = try LaserKind.oxxius(laser).open()
        #expect(!light.settings.contains { ["key on", "digital modulation", "CDRH delay"].contains($0.name) })
        try light.enable()
        #expect(try light.triggerType == .software)
        #expect(!light.status.contains { $0.hasPrefix("operating hours") })
    }

    @Test func saysThatItSleeps() throws {
        let light = try LaserKind.oxxius().open()
        try light.setting("temperature control").set(false)
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("its state: sleep"))
    }
}
