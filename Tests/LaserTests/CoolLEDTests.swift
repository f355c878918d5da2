import Devices
import Pickle
import Testing
import Transports

@testable import Lasers

struct CoolLEDTests {
    /// The dialogue from the sources, after the greeting.
    @Test(arguments: [
        ("CSS?\r", "CSSAXF010BXF010CXF010\r\n"), ("CSSASF050\r", "CSSASF050BXF010CXF010\r\n"),
        ("CSSASN050\n", "CSSASN050BXF010CXF010\r\n"), ("CSSAXN050\r", "CSSAXF050BXF010CXF010\r\n"),
        ("XMODEL\r", "XMODEL=pE-300ultra\r\n"),
        ("CSSASF050\rCSN\r", "CSSASF050BXF010CXF010\r\nCSSASN050BXF010CXF010\r\n"),
        // CoolLED's own adapters for Micro-Manager; only a pE-4000 has wavelengths.
        ("CAI5\rCA?\r", "CA005F\r\nCA005F\r\n"), ("CAS\rCSN\rCA?\r", "CA010F\r\nCSSASN010BXF010CXF010\r\nCA010N\r\n"),
        ("CAS\rCSN\rCAX\rCSS?\r", "CA010F\r\nCSSASN010BXF010CXF010\r\nCA010F\r\nCSSAXF010BXF010CXF010\r\n"),
        ("PORT:P=OFF\rPORT:P=ON\r", "PORT:P=OFF\r\nPORT:P=ON\r\n"),
        ("LAMS\rCAI101\rCSS?\r", "CSSAXF010BXF010CXF010\r\n"),
        ("CSSASN101\rNONSENSE\rXMODEL\r", "XMODEL=pE-300ultra\r\n"),
    ])
    func simulationAnswersAsTheBoxDoes(command: String, answer: String) throws {
        var box = SimulatedCoolLED()
        box.greets = false
        #expect(try LaserKind.coolLED(box).answer(command, answer.unicodeScalars.count) == answer)
    }

    @Test func hasALightForEachChannel() throws {
        let engine = try LaserKind.coolLED(.init("ABCH")).open()
        #expect(engine.devices.map(\.name) == ["A", "B", "C", "H"])
        #expect(try engine.setting("model").get() == "pE-300ultra")
        #expect(try engine.setting("firmware").get() == .str(Self.versions))
    }

    private static let versions =
        "XFW_VER=1.2.8, XHW_VER=1.0, XDATVER=1.1, XPODVER=1.0.2, XBE_AVER=1.1, XBE_BVER=1.1, XBE_CVER=1.1, XBE_DVER=1.1"

    @Test func simulationLoadsTheWavelengthsOfAPE4000() throws {
        let box = SimulatedCoolLED("ABCD", model: "pE-4000")
        let answer = "LAM:B:490\r\nLAM:A:365\r\nLAM:B:490\r\nLAM:C:525\r\nLAM:D:635\r\n"
        var quiet = box
        quiet.greets = false
        #expect(try LaserKind.coolLED(quiet).answer("LOAD:490\rLAMS\r", answer.utf8.count) == answer)
    }

    @Test(arguments: [("pE-300white", "ABC"), ("pE-340fura", "ABCD"), ("pE-4000", "ABCD")])
    func drivesEachModel(model: String, letters: String) throws {
        let setup = try LaserKind.coolLED(.init(letters, model: model))
        let engine = try setup.open()
        #expect(try engine.setting("model").get() == .str(model))
        #expect(engine.devices.map(\.name) == letters.map(String.init))
        for (name, _) in engine.devices {
            try engine.light(name).setPower(0.5)
            try engine.light(name).enable()
            #expect(try engine.light(name).power == 0.5)
        }
    }

    /// The states in which Micro-Manager, and people with the pod, may leave a box.
    @Test(arguments: ["CAS", "CSSASN050", "PORT:P=OFF", "LOAD:385", "CSN"], [true, false])
    func isUsedAsAnotherProgramLeftIt(command: String, greets: Bool) throws {
        var box = SimulatedCoolLED("ABCD", model: "pE-4000")
        box.greets = greets
        box.startByItself()
        _ = box.answer(command, at: .now)
        let setup = try LaserKind.coolLED(box)
        let light = try setup.open().light("A")
        #expect(!setup.isSwitchedOn)
        #expect(try light.triggerType == .software)
        try light.setPower(0.5)
        try light.enable()
        #expect(setup.port.instrument.state == "CSSASN050BXF010CXF010DXF010")
        #expect(setup.port.instrument.isPodLocked == (command == "PORT:P=OFF"))
        #expect(setup.port.instrument.wavelengths.first == (command == "LOAD:385" ? 385 : 365))
    }

    /// A trigger of one box is none of another box in the same process.
    @Test func eachBoxKeepsItsOwnTriggers() throws {
        let driver = Driver.coolLED
        let boxes = try (0..<2).map { _ in
            let box = try driver.open(LightOptions(port: .path("/dev/null")), DriverContext(isSimulated: true))
            return try #require(box as? LightEngine<CoolLEDCommands>)
        }
        try boxes[0].light("A").setTrigger(.risingEdge, .bulb)
        #expect(try boxes[0].light("A").triggerType == .risingEdge)
        #expect(try boxes[1].light("A").triggerType == .software)
        try boxes[1].light("A").enable()
        #expect(try boxes[1].light("A").status.first == "emission: on")
        for box in boxes { try box.shutdown() }
    }

    @Test(arguments: [true, false]) func saysNoMoreThanItMust(answersWithTheChanged: Bool) throws {
        var box = SimulatedCoolLED()
        box.answersWithTheChanged = answersWithTheChanged
        let setup = try LaserKind.coolLED(box)
        let light = try setup.open().light("B")
        setup.forgetTranscript()
        try light.setPower(0.25)
        try light.enable()
        try light.disable()
        let said = [
            "CSS?", "CSSBXF025", "CSS?", "CSS?", "CSS?", "CSSBSN025", "CSS?", "CSS?", "CSSBXF025", "CSS?",
        ]
        #expect(setup.transcript == said.map { $0 + "\r" }.joined())
    }

    @Test func choosingATriggerSwitchesNothingOn() throws {
        let setup = try LaserKind.coolLED()
        let light = try setup.open().light("A")
        for type in [TriggerType.risingEdge, .software] {
            try light.setTrigger(type, .bulb)
            #expect(try light.triggerType == type)
            #expect(setup.port.instrument.state == "CSSAXF010")
        }
        try light.setTrigger(.risingEdge, .bulb)
        try light.enable()
        #expect(setup.port.instrument.state == "CSSASF010")
        #expect(light.status.first == "emission: on, while its input is high")
        try light.setTrigger(.software, .bulb)
        #expect(setup.port.instrument.state == "CSSASN010")
        try light.disable()
        #expect(try light.triggerType == .software)
    }

    @Test func oneChannelLeavesTheOthers() throws {
        let setup = try LaserKind.coolLED(.init("AB"))
        let engine = try setup.open()
        try engine.light("A").enable()
        try engine.light("B").enable()
        try engine.light("A").disable()
        #expect(setup.port.instrument.state == "CSSAXF010BSN010")
    }

    @Test func whatItSaysUnaskedIsNoHarm() throws {
        let setup = try LaserKind.coolLED()
        let light = try setup.open().light("A")
        setup.port.say("CSSAXF033\r\n")
        #expect(try !light.isOn)
        try light.enable()
        #expect(try light.isOn)
    }

    @Test(arguments: [
        "CSS", "CSSA", "CSSASN05", "CSSASN0500", "CSSAYN050", "CSSASY050", "CSSASN101", "CSSISN050", "CSSASN-50",
        "CSSASN050ASN050", "CSSASN٠٥٠", "XSSASN050",
    ])
    func whatIsNoStateIsNone(line: String) { #expect(CoolLEDChannel.channels(line) == nil) }
}
