import Devices
import Pickle
import Testing
import Transports

@testable import Lasers

struct LumencorTests {
    /// The dialogue from the sources, after the first command.
    @Test(arguments: [
        ("GET MODEL\n", "A MODEL Spectra III 8\r\n"),
        ("GET CHMAP\n", "A CHMAP VIOLET BLUE CYAN TEAL GREEN YELLOW RED NIR\r\n"),
        ("GET MAXINT 2\n", "A MAXINT 1000\r\n"), ("SET CHINT 2 500\nGET CHINT 2\n", "A CHINT 2 500\r\nA CHINT 500\r\n"),
        ("SET CH 2 1\nGET CHACT 2\n", "A CH 2 1\r\nA CHACT 1\r\n"), ("GET CHACT 9\n", "E CHACT 1\r\n"),
        ("SET CHINT 2 5000\n", "E CHINT 2\r\n"), ("\n", "E UNKNOWNCMD\r\n"),
    ])
    func simulationAnswersAsTheEngineDoes(command: String, answer: String) throws {
        var engine = SimulatedLumencor()
        engine.isFresh = false
        #expect(try LaserKind.lumencor(engine).answer(command, answer.unicodeScalars.count) == answer)
    }

    @Test(arguments: [true, false], [true, false])
    func opensAnEngineThatIsFreshOrNot(isFresh: Bool, repeatsIndex: Bool) throws {
        var simulation = SimulatedLumencor()
        (simulation.isFresh, simulation.repeatsIndex) = (isFresh, repeatsIndex)
        simulation.startByItself()
        let setup = try LaserKind.lumencor(simulation)
        let engine = try setup.open()
        #expect(engine.devices.map(\.name) == ["VIOLET", "BLUE", "CYAN", "TEAL", "GREEN", "YELLOW", "RED", "NIR"])
        #expect(!setup.isSwitchedOn)
        #expect(try engine.setting("serial number").get() == "19301")
        #expect(try engine.setting("temperature").get() == .float(31.5))
        #expect(try engine.light("RED").setPoint == 0.1)
    }

    @Test func saysNoMoreThanItMust() throws {
        let setup = try LaserKind.lumencor()
        let light = try setup.open().light("RED")
        setup.forgetTranscript()
        try light.setPower(0.25)
        try light.enable()
        try light.disable()
        let said = [
            "SET CHINT 1 250", "GET CHINT 1", "GET CHACT 1", "SET CH 1 1", "GET CHACT 1", "SET CH 1 0", "GET CHACT 1",
        ]
        #expect(setup.transcript == said.map { $0 + "\n" }.joined())
    }

    @Test func givesTheEnginesWordsWhenItsSupplyCannotFeedIt() throws {
        var simulation = SimulatedLumencor()
        simulation.budget = 150
        let setup = try LaserKind.lumencor(simulation)
        let engine = try setup.open()
        try engine.light("RED").enable()
        let error = try #require(throws: DeviceError.self) { try engine.light("BLUE").enable() }
        #expect("\(error)".contains("'SET CH 1 1' was refused: E CH power limit"), "\(error)")
        #expect(try engine.light("RED").isOn, "the others are left as they are")
        try engine.light("RED").disable()
        try engine.light("BLUE").enable()
    }

    @Test func aLightThatItsInputKeepsOnIsNotSaidToBeOff() throws {
        let setup = try LaserKind.lumencor()
        let light = try setup.open().light("RED")
        try light.enable()
        setup.port.update { $0.highInputs = [1] }
        let error = try #require(throws: DeviceError.self) { try light.disable() }
        #expect("\(error)".contains("could not be switched off") && "\(error)".contains("it is still on"), "\(error)")
        #expect(!setup.isSwitchedOn, "by command it is off")
        #expect(try light.isOn)
        setup.port.update { $0.highInputs = [] }
        try light.disable()
        #expect(try !light.isOn)
    }

    @Test(arguments: [true, false]) func tellsItsOpticalPowerIfItCan(hasMeter: Bool) throws {
        var simulation = SimulatedLumencor()
        simulation.hasPowerMeter = hasMeter
        let light = try LaserKind.lumencor(simulation).open().light("CYAN")
        #expect(light.settings.contains { $0.name == "optical power" } == hasMeter)
        #expect(light.status.contains { $0.hasPrefix("optical power") } == hasMeter)
    }

    @Test func twoLightsOfOneNameAreNoMap() throws {
        let setup = try LaserKind.lumencor(.init(names: ["RED", "RED"]))
        #expect(throws: DeviceError.self) { try setup.open() }
    }
}
