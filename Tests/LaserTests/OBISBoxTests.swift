import Devices
import Lasers
import Pickle
import Testing
import Transports

@testable import Lasers

struct OBISBoxTests {
    /// The grammar of a single laser's dialogue, with a number after the first word.
    @Test(arguments: [
        ("SYST2:INF:SNUM?\r\n", "212001232\r\nOK\r\n"), ("SOUR4:AM:STAT?\r\n", "OFF\r\nOK\r\n"),
        ("SOUR4:AM:STAT ON\r\nSOUR4:AM:STAT?\r\nSOUR2:AM:STAT?\r\n", "OK\r\nON\r\nOK\r\nOFF\r\nOK\r\n"),
        ("SYST3:INF:MOD?\r\n", "ERR500\r\n"), ("SYST:INF:MOD?\r\n", "OBIS Laser Box\r\nOK\r\n"),
        ("sour2:nosuch?\r", "ERR-100\r\n"), ("SYSTem4:INFormation:SNUMber?\r\n", "212001234\r\nOK\r\n"),
        ("SYST:COMM:HAND?\r\n", "ON\r\nOK\r\n"), ("system:information:model?\r\n", "OBIS Laser Box\r\nOK\r\n"),
    ])
    func simulationAnswersAsTheBoxDoes(command: String, answer: String) throws {
        #expect(try LaserKind.obisBox(.init()).answer(command, answer.utf8.count) == answer)
    }

    @Test func hasTheLasersThatAreThere() throws {
        let box = try LaserKind.obisBox(.init()).open()
        #expect(box.devices.map(\.name) == ["laser1", "laser2", "laser4"])
        #expect(try box.setting("model").get() == "OBIS Laser Box")
        #expect(try box.light("laser4").setting("serial number").get() == "212001234")
        #expect(try box.light("laser2").setting("operating hours").get() == .float(1234.5))
    }

    @Test func saysNoMoreThanItMust() throws {
        let setup = try LaserKind.obisBox()
        let laser = try setup.open().light("laser2")
        setup.forgetTranscript()
        try laser.setPower(0.5)
        try laser.enable()
        try laser.disable()
        let said = [
            "SOUR2:POW:LEV:IMM:AMPL 0.07500", "SOUR2:POW:LEV:IMM:AMPL?", "SOUR2:AM:STAT?", "SOUR2:TEMP:APR?",
            "SOUR2:AM:STAT ON", "SOUR2:AM:STAT?", "SOUR2:AM:STAT OFF", "SOUR2:AM:STAT?",
        ]
        #expect(setup.transcript == said.map { $0 + "\r\n" }.joined())
    }

    @Test func allLasersAreOffOnceTheDriverIsThere() throws {
        var simulation = SimulatedOBISBox()
        simulation.startByItself()
        let setup = try LaserKind.obisBox(simulation)
        let box = try setup.open()
        #expect(!setup.isSwitchedOn)
        try box.light("laser1").enable()
        try box.light("laser4").enable()
        #expect(setup.port.instrument.lasers.filter(\.value.isSwitchedOn).keys.sorted() == [1, 4])
        try box.light("laser1").disable()
        #expect(setup.port.instrument.lasers.filter(\.value.isSwitchedOn).keys.sorted() == [4])
        try box.shutdown()
        #expect(!setup.isSwitchedOn)
    }

    @Test(arguments: OBISTests.states) func opensInEveryState(shakesHands: Bool, prompt: SimulatedOBIS.Prompt) throws {
        var simulation = SimulatedOBISBox()
        (simulation.shakesHands, simulation.prompt) = (shakesHands, prompt)
        let box = try LaserKind.obisBox(simulation).open()
        #expect(box.devices.map(\.name) == ["laser1", "laser2", "laser4"])
        #expect(try box.setting("model").get() == "OBIS Laser Box")
        #expect(try box.light("laser4").setting("serial number").get() == "212001234")
        try box.light("laser4").enable()
    }

    @Test func asksForTheHandshakeIfThereIsNone() throws {
        var simulation = SimulatedOBISBox()
        simulation.shakesHands = false
        let setup = try LaserKind.obisBox(simulation)
        #expect(try setup.open().devices.count == 3)
        #expect(setup.port.instrument.shakesHands)
    }

    @Test func aLaserThatIsMissingAfterALossIsNoticed() throws {
        let setup = try LaserKind.obisBox(.init())
        let box = try setup.open()
        setup.unplug()
        setup.port.update { $0.lasers[4] = nil }
        try setup.plugIn()
        #expect(setup.logs("another device is there now"))
        #expect(throws: DeviceError.self) { try box.light("laser1").isOn }
    }

    @Test func aFaultIsItsOwnLasers() throws {
        let setup = try LaserKind.obisBox(.init())
        let box = try setup.open()
        setup.port.update { $0.lasers[2]?.fault = 0x20 }
        let error = try #require(throws: DeviceError.self) { try box.light("laser2").enable() }
        #expect("\(error)".contains("over-current"), "\(error)")
        try box.light("laser1").enable()
    }

    @Test func whatTheBoxDoesNotReachIsNamed() throws {
        let setup = try LaserKind.obisBox(.init())
        let laser = try setup.open().light("laser4")
        setup.port.update { $0.lasers[4] = nil }
        let error = try #require(throws: DeviceError.self) { try laser.isOn }
        #expect("\(error)".contains("whether light comes out is unknown"))
        #expect("\(error)".contains("ERR500, the box does not reach it"), "\(error)")
    }

    @Test func aBoxWithoutLasersIsNone() throws {
        let setup = try LaserKind.obisBox(.init(places: []))
        let error = try #require(throws: DeviceError.self) { try setup.open() }
        #expect("\(error)".contains("no laser is there"), "\(error)")
    }
}
