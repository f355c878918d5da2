import Devices
import Pickle
import Testing
import Transports

@testable import Lasers

struct IChromeTests {
    /// The dialogue that python-microscope's driver and Toptica's own library (toptica-lasersdk 3.3.0) expect.
    @Test(arguments: [
        ("(param-ref 'system-type)", "\"iChrome-MLE\""), ("(param-set! 'laser1:enable #t)", "0"),
        ("(param-ref 'laser2:label)", "\"488 nm\""), ("(param-set! 'laser1:level 150.0)", "-1"),
        ("(param-ref 'laser3:label)", "Error: (param-ref 'laser3:label) cannot be evaluated"),
        ("(param-set! 'laser1:use-ttl #t)", "-2"), ("(param-ref 'interlock)", "#t"), ("(param-ref 'uptime)", "4711"),
        ("(param-ref 'fw-ver)", "\"2.3.1\""), ("(param-ref 'system-model)", "\"iChrome MLE-LFA\""),
        ("(param-ref 'laser1:fault)", "#f"), ("(param-ref 'laser1:ready)", "#t"), ("(param-ref 'laser1:clip)", "#f"),
        ("(param-ref 'laser1:status)", "0"), ("(param-ref 'laser1:entime)", "123456"),
        ("(param-disp 'laser1:level)", "10.0"), ("(exec 'laser1:reset-clip)", "()"),
        ("(param-set! 'laser1:ready #t)", "Error: (param-set! 'laser1:ready #t) cannot be evaluated"),
        ("(param-set! 'laser1:enable 1)", "-1"), ("(param-set! 'system-label \"a b\")", "0"),
        ("enable", "Error: enable cannot be evaluated"),
    ])
    func simulationAnswersAsTheBoxDoes(command: String, value: String) throws {
        let answer = "\(command)\r\n\(value)\r\n> "
        #expect(try LaserKind.iChrome(.init()).answer(command + "\r\n", answer.unicodeScalars.count) == answer)
    }

    @Test func simulationEndsItsEchoAndUnfinishedExpressions() {
        var box = SimulatedIChrome()
        let outputs = box.receive(Array("\u{12}(param-ref\u{3}(param-ref \n'tan)\n".utf8), at: .now)
        #expect(outputs.flatMap(\.bytes) == Array("\r\n> 1\r\n> ".utf8))
    }

    /// Witness: Toptica's own library switches the echo off and leaves it off.
    @Test(arguments: [true, false], ["", "(param-ref 'fw-", "(param-set! 'laser2:enable #t"])
    func opensInEveryStateOfItsConsole(echoes: Bool, unfinished: String) throws {
        var box = SimulatedIChrome()
        box.startByItself()
        (box.echoes, box.input) = (echoes, Array(unfinished.utf8))
        let setup = try LaserKind.iChrome(box)
        let engine = try setup.open()
        #expect(!setup.isSwitchedOn)
        #expect(setup.port.instrument.echoes == echoes)
        #expect(engine.devices.count == 3)
        try engine.light("laser2").setPower(0.5)
        try engine.light("laser2").enable()
        #expect(try engine.light("laser2").power == 0.5)
    }

    @Test func findsTheLasersThatAreThere() throws {
        let engine = try LaserKind.iChrome(.init()).open()
        #expect(engine.devices.map(\.name) == ["laser1", "laser2", "laser4"])
        #expect(try engine.setting("serial number").get() == "MLE-04711")
        let laser = try engine.light("laser2")
        #expect(try laser.setting("label").get() == "488 nm")
        #expect(try laser.setting("delay").get() == 5)
        #expect(laser.status.contains("status: OK"))
    }

    @Test func eachLaserIsItsOwn() throws {
        let setup = try LaserKind.iChrome(.init())
        let engine = try setup.open()
        try engine.light("laser1").enable()
        try engine.light("laser4").setPower(0.75)
        #expect(setup.port.instrument.isEnabled(1))
        #expect(!setup.port.instrument.isEnabled(4))
        #expect(try engine.light("laser2").setPoint == 0.1)
        try engine.light("laser4").disable()
        #expect(setup.port.instrument.isEnabled(1))
        try engine.shutdown()
        #expect(!setup.isSwitchedOn)
    }

    @Test func saysNoMoreThanItMust() throws {
        let setup = try LaserKind.iChrome()
        let laser = try setup.open().light("laser2")
        setup.forgetTranscript()
        try laser.setPower(0.25)
        try laser.enable()
        try laser.disable()
        let said = [
            "(param-set! 'laser2:level 25.0)", "(param-ref 'laser2:level)", "(param-ref 'laser2:enable)",
            "(param-ref 'laser2:cw)", "(param-set! 'laser2:enable #t)", "(param-ref 'laser2:enable)",
            "(param-ref 'laser2:cw)", "(param-set! 'laser2:enable #f)", "(param-ref 'laser2:enable)",
        ]
        #expect(setup.transcript == said.map { $0 + "\r\n" }.joined())
    }

    @Test func gatesLightByItsInput() throws {
        let setup = try LaserKind.iChrome()
        let laser = try setup.open().light("laser2")
        try laser.setTrigger(.risingEdge, .bulb)
        #expect(setup.transcript.contains("(param-set! 'laser2:cw #f)\r\n(param-set! 'laser2:use-ttl #t)\r\n"))
        try laser.enable()
        #expect(laser.status.first == "emission: on, while its input is high")
        try laser.setTrigger(.software, .bulb)
        #expect(laser.status.first == "emission: on")
    }

    @Test func choosesAWayToEmitIfThereIsNone() throws {
        let setup = try LaserKind.iChrome()
        let laser = try setup.open().light("laser2")
        setup.port.update { $0.forgetGates() }
        try laser.enable()
        #expect(setup.isSwitchedOn)
        #expect(try laser.isOn)
    }

    @Test func whatIsRefusedIsAnError() throws {
        let setup = try LaserKind.iChrome()
        let laser = try setup.open().light("laser2")
        setup.change { $0.isInterlockOpen = true }
        let error = try #require(throws: DeviceError.self) { try laser.enable() }
        #expect("\(error)".contains("it is not ready: interlock open"), "\(error)")
        #expect("\(error)".contains("'(param-set! 'laser2:enable #t)' was refused: -3"), "\(error)")
        #expect(laser.status.contains("status: interlock open"))
    }
}
