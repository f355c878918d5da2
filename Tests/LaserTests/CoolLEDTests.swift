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
        #expect(try engine.setting("firmware").get() == "XVER=1.2.8, XPOD=1.0.2")
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
