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
    ])
    func simulationAnswersAsTheLaserDoes(command: String, answer: String) throws {
        #expect(try LaserKind.cobolt().answer(command, answer.utf8.count) == answer)
    }

    @Test func saysNoMoreThanItMust() throws {
        let bench = try LaserKind.cobolt()
        let light = try bench.open()
        bench.forgetTranscript()
        try light.setPower(0.25)
        try light.enable()
        #expect(try light.measuredPower == 0.25)
        try light.disable()
        #expect(bench.transcript == "p 0.1500\rp?\rl?\rl1\rl?\rpa?\rl0\rl?\r")
    }

    @Test func isToldItsPowerFirstAfterALoss() throws {
        let bench = try LaserKind.cobolt()
        let light = try bench.open()
        try light.setPower(0.25)
        for power in [150.0, 600] {
            bench.unplug()
            bench.port.update { $0.power = power }
            bench.forgetTranscript()
            try bench.plugIn()
            try light.enable()
            let said = power == 150 ? "p?\rl?\rl1\rl?\r" : "p?\rp 0.1500\rp?\rl?\rl1\rl?\r"
            #expect(bench.transcript == "sn?\rl0\rl?\r" + said)
            bench.forgetTranscript()
            try light.disable()
            try light.enable()
            #expect(bench.transcript == "l0\rl?\rl?\rl1\rl?\r", "once is enough")
        }
    }

    @Test func changesNothingThatOutlivesIt() throws {
        var laser = SimulatedCobolt()
        laser.hasAutostart = true
        let bench = try LaserKind.cobolt(laser)
        let light = try bench.open()
        try light.shutdown()
        #expect(bench.port.instrument.hasAutostart)
        #expect(!bench.transcript.contains("@cobas "))
        #expect(!bench.transcript.contains("@cob1"))
    }

    @Test func saysWhatToDoAboutAutostart() throws {
        var laser = SimulatedCobolt()
        laser.hasAutostart = true
        let bench = try LaserKind.cobolt(laser)
        let light = try bench.open()
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("set the setting 'autostart' to false"))
        try light.setting("autostart").set(false)
        try light.enable()
        #expect(bench.isSwitchedOn)
    }

    @Test(arguments: [(1, "temperature"), (4, "constant power"), (17, "number 17")])
    func namesAFault(code: Int, name: String) throws {
        let bench = try LaserKind.cobolt()
        let light = try bench.open()
        bench.port.update { $0.fault = code }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains(name), "\(error)")
        #expect(light.status.contains { $0.hasPrefix("fault: \(name)") })
    }

    @Test func clearsAFault() throws {
        let bench = try LaserKind.cobolt()
        let light = try bench.open()
        bench.port.update { $0.fault = 1 }
        let table = RemoteInterface(of: "CoboltLaser") { light.remoteMembers }
        guard case .value(let status) = try table.call("clearFault", CallArguments()) else { return }
        #expect(try #require([String](python: status)).contains("fault: none"))
        try light.enable()
        #expect(bench.isSwitchedOn)
    }

    @Test func asksAgainAfterAnEmptyAnswer() throws {
        let bench = try LaserKind.cobolt()
        let light = try bench.open()
        bench.port.update { $0.emptyAnswers = 1 }
        #expect(try !light.isOn)
    }

    @Test func doesNotTakeAStaleAnswerForAWatt() throws {
        let bench = try LaserKind.cobolt()
        let light = try bench.open()
        try light.enable()
        bench.port.update { $0.staleAnswers = 1 }
        #expect(abs(try light.power - 50.0 / 600) < 1e-9)
    }

    @Test func mayEcho() throws {
        var laser = SimulatedCobolt()
        laser.echoes = true
        let bench = try LaserKind.cobolt(laser)
        let light = try bench.open()
        try light.setPower(0.5)
        try light.enable()
        #expect(try light.power == 0.5)
    }

    @Test func knowsOlderAndNewerWords() throws {
        var laser = SimulatedCobolt()
        laser.unknownWords = ["sn?", "@cobasks?", "gam?", "@cobas?", "ilk?", "gom?"]
        let bench = try LaserKind.cobolt(laser)
        let light = try bench.open()
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
        let bench = try LaserKind.cobolt(laser)
        let light = try bench.open()
        try light.enable()
        #expect(try light.isOn)
        #expect(try light.power == 0)
    }

    @Test func gatesLightByItsInput() throws {
        let bench = try LaserKind.cobolt()
        let light = try bench.open()
        try light.setTrigger(.risingEdge, .bulb)
        #expect(bench.port.instrument.mode == 2)
        #expect(bench.port.instrument.hasDigitalModulation)
        #expect(try light.triggerType == .risingEdge)
        try light.setTrigger(.software, .bulb)
        #expect(bench.port.instrument.mode == 1)
        #expect(try light.setting("mode").get() == 1)
    }

}
