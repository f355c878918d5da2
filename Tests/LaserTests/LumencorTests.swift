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
        ("GET MAXINT 2\n", "A MAXINT 1000\r\n"), ("SET CHINT 2 500\nGET CHINT 2\n", "A CHINT\r\nA CHINT 500\r\n"),
        ("SET CH 2 1\nGET CHACT 2\n", "A CH\r\nA CHACT 1\r\n"), ("GET CHACT 9\n", "E CHACT 51\r\n"),
        ("SET CHINT 2 5000\n", "E CHINT 2\r\n"), ("\n", "E UNKNOWNCMD\r\n"),
        // Lumencor's command reference.
        ("GET VER\n", "A VER 1.2.3\r\n"), ("GET NUMCH\n", "A NUMCH 8\r\n"), ("GET STAT\n", "A STAT 0\r\n"),
        ("GET MAXINT\n", "A MAXINT 1000\r\n"), ("GET OT 2\n", "A OT 1890667\r\n"),
        ("SET MULCH 1 0 0 0 0 0 0 1\nGET MULCH\n", "A MULCH\r\nA MULCH 1 0 0 0 0 0 0 1\r\n"),
        ("SET MULCHINT 1 2 3 4 5 6 7 8\nGET MULCHINT\n", "A MULCHINT\r\nA MULCHINT 1 2 3 4 5 6 7 8\r\n"),
        ("GET MULCHSTAT\n", "A MULCHSTAT 0 0 0 0 0 0 0 0\r\n"), ("GET MULTTLPIN\n", "A MULTTLPIN 1 2 3 4 5 6 7 8\r\n"),
        ("SET MULCH 1\n", "E MULCH 2\r\n"), ("SET TTLPOL NEG\nGET TTLPOL\n", "A TTLPOL\r\nA TTLPOL NEG\r\n"),
        ("SET TTLENABLE 0\nGET TTLENABLE\n", "A TTLENABLE\r\nA TTLENABLE 0\r\n"), ("GET CHPWR 1\n", "E CHPWR 51\r\n"),
        ("GET TEMPDATA\n", "A TEMPDATA 31.5 42.0 17.2\r\n"),
        ("GET ERRORTEXT 51\n", "A ERRORTEXT Invalid channel index\r\n"),
        ("get model\n", "E UNKNOWNCMD\r\n"), ("SET CH 9 1\n", "E CH 51\r\n"),
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
        #expect("\(error)".contains("'SET CH 1 1' was refused: E CH 574 power limit"), "\(error)")
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

    /// The states in which other programs may leave an engine, and those that keep it dark.
    @Test(arguments: ["inputs off", "regulated", "stand-by", "interlock", "no status"])
    func isUsedAsAnotherProgramLeftIt(state: String) throws {
        var simulation = SimulatedLumencor()
        simulation.isFresh = false
        simulation.startByItself()
        switch state {
        case "inputs off": _ = simulation.receive(Array("SET TTLENABLE 0\n".utf8), at: .now)
        case "regulated": _ = simulation.receive(Array("SET MULPWRLOCK 1 1 1 1 1 1 1 1\n".utf8), at: .now)
        case "stand-by": simulation.isStandby = true
        case "interlock": simulation.isInterlockOpen = true
        default: simulation.unknownWords = ["STAT", "MULCHSTAT", "OT", "TTLENABLE"]
        }
        let setup = try LaserKind.lumencor(simulation)
        let engine = try setup.open(), light = try engine.light("CYAN")
        #expect(!setup.isSwitchedOn)
        switch state {
        case "stand-by", "interlock":
            let error = try #require(throws: DeviceError.self) { try light.enable() }
            let reason =
                state == "interlock"
                ? "the safety lock is active (interlock or key)" : "stand-by (temperature controls off)"
            #expect("\(error)".contains(reason), "\(error)")
            #expect(light.status.contains { $0.hasPrefix("fault: ") && $0.contains(reason) })
        default:
            try light.setPower(0.5)
            try light.enable()
            #expect(try light.power == 0.5)
            #expect(setup.port.instrument.isEmitting(at: .now))
            try light.disable()
        }
        #expect(engine.settings.contains { $0.name == "inputs enabled" } == (state != "no status"))
        #expect(light.settings.contains { $0.name == "operating hours" } == (state != "no status"))
    }

    @Test func inputsCanBeSwitchedOff() throws {
        let setup = try LaserKind.lumencor()
        let engine = try setup.open()
        setup.port.update { $0.highInputs = [1] }
        #expect(try engine.light("RED").isOn)
        try engine.setting("inputs enabled").set(false)
        #expect(try !engine.light("RED").isOn)
        #expect(try engine.setting("status").get() == "none")
    }

    /// Other engines of the third generation speak the same language, with other lights.
    @Test(arguments: [
        ("Sola III", ["WHITE"]), ("Aura III", ["UV", "BLUE", "GREEN", "RED"]),
        ("Celesta", ["UV", "VIOLET", "BLUE", "CYAN", "GREEN", "RED", "NIR"]),
    ])
    func drivesEachModel(model: String, names: [String]) throws {
        let setup = try LaserKind.lumencor(.init(names: names, model: model))
        let engine = try setup.open()
        #expect(try engine.setting("model").get() == .str(model))
        #expect(engine.devices.map(\.name) == names)
        for name in names {
            try engine.light(name).enable()
            #expect(try engine.light(name).isOn)
        }
    }
}
