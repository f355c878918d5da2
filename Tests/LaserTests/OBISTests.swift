import Devices
import Lasers
import Pickle
import Testing
import Transports

@testable import Lasers

struct OBISTests {
    /// The dialogue from the documented grammar.
    @Test(arguments: [
        ("SYST:INF:SNUM?\r\n", "212001234\r\nOK\r\n"), ("SOUR:POW:LIM:HIGH?\r\n", "0.15000\r\nOK\r\n"),
        ("SOUR:POW:LEV:IMM:AMPL 0.020\r\n", "OK\r\n"), ("SOUR:AM:STAT ON\r\n", "OK\r\n"),
        ("SOUR:AM:STAT ON\r\nSYST:STAT?\r\n", "OK\r\nC8000014\r\nOK\r\n"), ("SOUR:AM:STAT OFF\r\n", "OK\r\n"),
        ("SOUR:NOSUCH?\r\n", "ERR-100\r\n"), ("sour:am:stat?\r", "OFF\r\nOK\r\n"),
        ("SOUR:POW:LEV:IMM:AMPL 9\r\n", "ERR-220\r\n"), ("SOUR:POW:LEV:IMM:AMPL\r\n", "ERR-109\r\n"),
        // Short, long and mixed words, and the number 1 of a single laser: Micro-Manager's CoherentOBIS,
        // obis-laser-controller 0.0.1.
        ("SOUR:AM:STATE?\r\n", "OFF\r\nOK\r\n"), ("SYSTem:INFormation:WAVelength?\r\n", "488\r\nOK\r\n"),
        ("SYST1:INF:MOD?\r\n", "OBIS 488nm 150mW\r\nOK\r\n"), ("SYST2:INF:MOD?\r\n", "ERR-100\r\n"),
        ("SYST:COMM:HAND?\r\n", "ON\r\nOK\r\n"), ("SOURCE:POWER:NOMINAL?\r\n", "0.15000\r\nOK\r\n"),
        ("SYSTEM1:FAULT?\r\n", "00000000\r\nOK\r\n"), ("Source:Power:Lim:High?\r\n", "0.15000\r\nOK\r\n"),
        ("SYSTE:FAULT?\r\n", "ERR-100\r\n"), ("SOUR:AM:STAT MAYBE\r\n", "ERR-220\r\n"),
        ("SOUR:AM:EXT digital\r\nSOUR:AM:SOUR?\r\n", "OK\r\nDIGITAL\r\nOK\r\n"),
        ("SYST:NOSUCH\r\nSYST:ERR:COUN?\r\nSYST:ERR:NEXT?\r\n", "ERR-100\r\n1\r\nOK\r\n-100,\"ERR-100\"\r\nOK\r\n"),
    ])
    func simulationAnswersAsTheLaserDoes(command: String, answer: String) throws {
        var laser = SimulatedOBIS()
        laser.hasDelay = true
        #expect(try LaserKind.obis(laser).answer(command, answer.utf8.count) == answer)
    }

    @Test func saysNoMoreThanItMust() throws {
        let setup = try LaserKind.obis()
        let light = try setup.open()
        setup.forgetTranscript()
        try light.setPower(0.5)
        try light.enable()
        try light.disable()
        let said = [
            "SOUR:POW:LEV:IMM:AMPL 0.07500", "SOUR:POW:LEV:IMM:AMPL?", "SOUR:AM:STAT?", "SOUR:TEMP:APR?",
            "SOUR:AM:STAT ON", "SOUR:AM:STAT?", "SOUR:AM:STAT OFF", "SOUR:AM:STAT?",
        ]
        #expect(setup.transcript == said.map { $0 + "\r\n" }.joined())
    }

    @Test func changesNothingThatOutlivesIt() throws {
        var laser = SimulatedOBIS()
        laser.mode = "MIXED"
        (laser.hasAutostart, laser.hasDelay) = (true, true)
        let setup = try LaserKind.obis(laser)
        try setup.open().shutdown()
        let after = setup.port.instrument
        #expect(after.mode == "MIXED")
        #expect(after.hasAutostart && after.hasDelay && after.isAwake)
    }

    @Test func asksForTheHandshakeIfThereIsNone() throws {
        var laser = SimulatedOBIS()
        laser.shakesHands = false
        let setup = try LaserKind.obis(laser)
        let light = try setup.open()
        #expect(setup.port.instrument.shakesHands)
        #expect(try light.setting("serial number").get() == "212001234")
    }

    static let states: [(Bool, SimulatedOBIS.Prompt)] = [true, false].flatMap { shakesHands in
        [.none, .beforeAnswers, .afterAnswers].map { (shakesHands, $0) }
    }

    /// Another program may have left the prompt on and the handshake off.
    @Test(arguments: states) func opensInEveryStateOfItsConsole(shakesHands: Bool, prompt: SimulatedOBIS.Prompt) throws
    {
        var laser = SimulatedOBIS()
        (laser.shakesHands, laser.prompt) = (shakesHands, prompt)
        laser.startByItself()
        let setup = try LaserKind.obis(laser)
        let light = try setup.open()
        #expect(!setup.isSwitchedOn)
        try light.setPower(0.4)
        try light.enable()
        #expect(try light.power == 0.4)
        for setting in light.settings { #expect(try !"\(setting.get())".contains("CONSOLE"), "\(setting.name)") }
        #expect(light.status.allSatisfy { !$0.contains("CONSOLE") })
    }

    @Test func tellsOfTheDelay() throws {
        var laser = SimulatedOBIS()
        laser.hasDelay = true
        let setup = try LaserKind.obis(laser)
        let light = try setup.open()
        try light.enable()
        #expect(light.status.first == "emission: on, CDRH delay running")
        #expect(try light.isOn)
        #expect(try light.power == 0)
        setup.port.update { $0.delay = .zero }
        #expect(light.status.first == "emission: on")
        #expect(try light.power > 0)
    }

    @Test func saysThatItIsWarmingUp() throws {
        let setup = try LaserKind.obis()
        let light = try setup.open()
        setup.port.update { $0.isWarmingUp = true }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("it is warming up"), "\(error)")
        #expect(light.status.contains("status: standby, error queued, warm-up"))
        setup.port.update { $0.isWarmingUp = false }
        try light.enable()
    }

    @Test func wakesUpToBeEnabled() throws {
        var laser = SimulatedOBIS()
        laser.isAwake = false
        let setup = try LaserKind.obis(laser)
        let light = try setup.open()
        #expect(try light.setting("temperature control").get() == false)
        try light.enable()
        #expect(setup.port.instrument.isAwake)
        try light.setting("temperature control").set(false)
        #expect(!setup.isSwitchedOn)
    }

    @Test func namesFaults() throws {
        let setup = try LaserKind.obis()
        let light = try setup.open()
        setup.port.update { $0.fault = 0x1001 }
        let error = try #require(throws: DeviceError.self) { try light.enable() }
        #expect("\(error)".contains("base plate temperature, diode temperature limit"))
        #expect(try light.setting("fault").get() == "base plate temperature, diode temperature limit")
    }

    @Test func takesNoLessThanItsLeast() throws {
        var laser = SimulatedOBIS()
        laser.lowestPower = 0.0015
        let setup = try LaserKind.obis(laser)
        let light = try setup.open()
        try light.setPower(0)
        #expect(setup.port.instrument.power == 0.0015)
    }

    @Test(arguments: [
        ("CWP", TriggerType.software), ("CWC", .software), ("DIGITAL", .risingEdge), ("MIXED", .risingEdge),
    ])
    func itsModeIsItsTrigger(mode: String, type: TriggerType) throws {
        var laser = SimulatedOBIS()
        laser.mode = mode
        let setup = try LaserKind.obis(laser)
        let light = try setup.open()
        #expect(try light.triggerType == type)
        try light.setTrigger(.risingEdge, .bulb)
        #expect(setup.port.instrument.mode == (type == .software ? "DIGITAL" : mode))
        try light.setTrigger(.software, .bulb)
        #expect(try light.triggerType == .software)
    }

    @Test(arguments: ["CDRH delay", "autostart", "temperature control"])
    func switchesCanBeTurned(name: String) throws {
        let setup = try LaserKind.obis()
        let setting = try setup.open().setting(name)
        let before = try setting.get()
        let other: PythonValue = before == true ? false : true
        try setting.set(other)
        #expect(try setting.get() == other)
    }
}
