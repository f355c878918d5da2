import Devices
import Pickle
import Testing
import Transports

@testable import Lasers

struct IChromeTests {
    /// The dialogue that python-microscope's driver expects.
    @Test(arguments: [
        ("(param-ref 'system-type)", "\"iChrome-MLE\""), ("(param-set! 'laser1:enable #t)", "0"),
        ("(param-ref 'laser2:label)", "\"488 nm\""), ("(param-set! 'laser1:level 150.0)", "-1"),
        ("(param-ref 'laser3:label)", "Error: (param-ref 'laser3:label) cannot be evaluated"),
        ("(param-set! 'laser1:use-ttl #t)", "-2"),
    ])
    func simulationAnswersAsTheBoxDoes(command: String, value: String) throws {
        let answer = "\(command)\r\n\(value)\r\n> "
        #expect(try LaserKind.iChrome(.init()).answer(command + "\r\n", answer.unicodeScalars.count) == answer)
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
        let bench = try LaserKind.iChrome(.init())
        let engine = try bench.open()
        try engine.light("laser1").enable()
        try engine.light("laser4").setPower(0.75)
        #expect(bench.port.instrument.isEnabled(1))
        #expect(!bench.port.instrument.isEnabled(4))
        #expect(try engine.light("laser2").setPoint == 0.1)
        try engine.light("laser4").disable()
        #expect(bench.port.instrument.isEnabled(1))
        try engine.shutdown()
        #expect(!bench.isSwitchedOn)
    }

    @Test func saysNoMoreThanItMust() throws {
        let bench = try LaserKind.iChrome()
        let laser = try bench.open().light("laser2")
        bench.forgetTranscript()
        try laser.setPower(0.25)
        try laser.enable()
        try laser.disable()
        let said = [
            "(param-set! 'laser2:level 25.0)", "(param-ref 'laser2:level)", "(param-ref 'laser2:enable)",
            "(param-ref 'laser2:cw)", "(param-set! 'laser2:enable #t)", "(param-ref 'laser2:enable)",
            "(param-ref 'laser2:cw)", "(param-set! 'laser2:enable #f)", "(param-ref 'laser2:enable)",
        ]
        #expect(bench.transcript == said.map { $0 + "\r\n" }.joined())
    }

    @Test func gatesLightByItsInput() throws {
        let bench = try LaserKind.iChrome()
        let laser = try bench.open().light("laser2")
        try laser.setTrigger(.risingEdge, .bulb)
        #expect(bench.transcript.hasSuffix("(param-set! 'laser2:cw #f)\r\n(param-set! 'laser2:use-ttl #t)\r\n"))
        try laser.enable()
        #expect(laser.status.first == "emission: on, while its input is high")
        try laser.setTrigger(.software, .bulb)
        #expect(laser.status.first == "emission: on")
    }

    @Test func choosesAWayToEmitIfThereIsNone() throws {
        let bench = try LaserKind.iChrome()
        let laser = try bench.open().light("laser2")
        bench.port.update { $0.forgetGates() }
        try laser.enable()
        #expect(bench.isSwitchedOn)
        #expect(try laser.isOn)
    }

    @Test func whatIsRefusedIsAnError() throws {
        let bench = try LaserKind.iChrome()
        let laser = try bench.open().light("laser2")
        bench.change { $0.isInterlockOpen = true }
        let error = try #require(throws: DeviceError.self) { try laser.enable() }
        #expect("\(error)".contains("'(param-set! 'laser2:enable #t)' was refused: -3"), "\(error)")
        #expect(laser.status.contains("status: interlock open"))
    }
}
