import Devices
import Pickle
import Testing
import Transports

@testable import Lasers

struct StradusTests {
    /// The dialogue from the sources, with echo and prompt off.
    @Test(arguments: [
        ("?LI\r", "\r\n?LI=12345,STRADUS488-100,488,100,CIRC\r\n"), ("LE=1\r", "\r\nLE=1\r\n"),
        ("?LE\r", "\r\n?LE=0\r\n"), ("LP=25\r?LPS\r", "\r\nLP=25\r\n\r\n?LPS=25.0\r\n"), ("?IL\r", "\r\n?IL=1\r\n"),
        ("LE=1\r?FC\r", "\r\nLE=1\r\n\r\n?FC=0\r\n"), ("?FC\r", "\r\n?FC=1\r\n"),
        ("LP=900\r?FC\r?FC\r", "\r\nLP=10.0\r\n\r\n?FC=5\r\n\r\n?FC=1\r\n"),
    ])
    func simulationAnswersAsTheLaserDoes(command: String, answer: String) throws {
        var laser = SimulatedStradus()
        (laser.echoes, laser.prompts) = (false, false)
        #expect(try LaserKind.stradus(laser).answer(command, answer.unicodeScalars.count) == answer)
    }

    @Test(arguments: [true, false], [true, false])
    func opensWithEchoAndPromptOrWithout(echoes: Bool, prompts: Bool) throws {
        var laser = SimulatedStradus()
        (laser.echoes, laser.prompts) = (echoes, prompts)
        laser.startByItself()
        let bench = try LaserKind.stradus(laser)
        let light = try bench.open()
        #expect(!bench.isSwitchedOn)
        #expect(try light.setting("serial number").get() == "12345")
        #expect(try light.setting("part number").get() == "STRADUS488-100")
    }

    @Test func saysNoMoreThanItMust() throws {
        let bench = try LaserKind.stradus()
        let light = try bench.open()
        bench.forgetTranscript()
        try light.setPower(0.25)
        try light.enable()
        try light.disable()
        let said = ["?PUL", "LP=25.0", "?PUL", "?LPS", "?LE", "LE=1", "?LE", "LE=0", "?LE"]
        #expect(bench.transcript == said.map { $0 + "\r" }.joined())
    }

    @Test(arguments: [(64, "over-current"), (128 | 4096, "diode temperature, fan")])
    func namesAFaultAndClearsIt(code: Int, name: String) throws {
        let bench = try LaserKind.stradus()
        let light = try bench.open()
        bench.port.update { $0.fault = code }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("fault: \(name)"), "\(error)")
        let table = RemoteInterface(of: "StradusLaser") { light.remoteMembers }
        guard case .value(let status) = try table.call("clearFault", CallArguments()) else { return }
        #expect(try #require([String](python: status)).contains("fault: none"))
    }

    @Test func saysThatItIsWarmingUp() throws {
        let bench = try LaserKind.stradus()
        let light = try bench.open()
        bench.port.update { $0.isWarmingUp = true }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("it is warming up"))
        #expect(try light.setting("state").get() == "warm-up")
        #expect(try light.setting("fault").get() == "none")
    }

    @Test func powerIsThatOfPulsesWhileItsInputGatesIt() throws {
        let bench = try LaserKind.stradus()
        let light = try bench.open()
        try light.setTrigger(.risingEdge, .bulb)
        try light.setPower(0.75)
        #expect(bench.port.instrument.pulsePower == 75)
        #expect(bench.port.instrument.power == 10)
        try light.setTrigger(.software, .bulb)
        try light.setPower(0.5)
        #expect(bench.port.instrument.power == 50)
    }

    @Test func withTheDelayItIsOnBeforeLightComes() throws {
        let bench = try LaserKind.stradus()
        let light = try bench.open()
        try light.setting("CDRH delay").set(true)
        try light.enable()
        #expect(try light.isOn)
        #expect(try light.power == 0)
        #expect(try light.setting("CDRH delay").get() == true)
    }
}
