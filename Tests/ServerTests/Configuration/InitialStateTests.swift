import Devices
import Pickle
import Simulators
import Testing

@testable import Server

/// The state of devices before the first client connects.
@Suite struct InitialStateTests {
    private func prepare(_ device: any Device, _ settings: [(String, PythonValue)]) throws {
        let driver = ConfiguredDriver(name: "test", kind: .other) { _ in throw DeviceError(.failed, "not opened") }
        let wanted = settings.enumerated().map { index, setting in
            InitialSetting(name: setting.0, value: setting.1, place: Place(file: "f", line: index + 1))
        }
        try ConfiguredDevice(name: "A", driver: driver, settings: wanted, place: Place(file: "f")).applySettings(
            to: device
        )
    }

    @Test func aCameraHasExposureTriggerBinningROIAndTransform() throws {
        let camera = SimulatedCamera(.init(sensorShape: SensorShape(width: 64, height: 48)))
        defer { try? camera.shutdown() }
        try prepare(
            camera,
            [
                ("exposure", "25 ms"), ("trigger", ["RISING_EDGE", "once"]), ("binning", 2), ("roi", [0, 0, 32, 24]),
                ("transform", [true, false, false]), ("gain", 7),
            ]
        )
        #expect(camera.exposureTime == 0.025)
        #expect(camera.triggerType == .risingEdge && camera.triggerMode == .once)
        #expect(try camera.binning == Binning(h: 2, v: 2))
        #expect(try camera.roi == ROI(left: 0, top: 0, width: 32, height: 24))
        #expect(camera.transforms.client == Transform(flipsLeftRight: true))
    }

    @Test func triggersHaveTheNamesOfSwiftAndPython() throws {
        for name in ["rising edge", "risingEdge", "RISING_EDGE"] {
            let camera = SimulatedCamera(.init())
            defer { try? camera.shutdown() }
            try prepare(camera, [("trigger", [.str(name), "once"])])
            #expect(camera.triggerType == .risingEdge)
        }
    }

    @Test func aLightSourceHasPower() throws {
        let light = SimulatedLightSource()
        try prepare(light, [("power", 0.25)])
        #expect(light.setPoint == 0.25 && !light.isEnabled)
    }

    @Test func allWrongValuesAreReportedTogetherAndAreFinal() throws {
        let light = SimulatedLightSource()
        let error = #expect(throws: PreparationError.self) {
            try prepare(light, [("powr", 0.5), ("power", 2), ("exposure", 1), ("trigger", "software")])
        }
        #expect(
            error?.description.split(separator: "; ").map(String.init) == [
                "f:1: there is no setting 'powr', did you mean 'power'?",
                "f:2: 'power' must be a number from 0 to 1, not 2",
                "f:3: there is no setting 'exposure', known are trigger, power",
                "f:4: 'trigger' must be a list of a trigger type (software, rising edge, falling edge, pulse) and a mode "
                    + "(once, bulb, strobe, start), not 'software'",
            ]
        )
        #expect(error?.isFinal == true)
    }

    @Test(
        arguments: [
            ("exposure", "soon"), ("exposure", "-"), ("binning", [1]), ("binning", [1, "2"]), ("roi", [0, 0, 1]),
            ("transform", [0, 0, 1]), ("trigger", ["software", "never"]), ("trigger", ["software"]),
        ] as [(String, PythonValue)]
    )
    func valuesOfAnotherFormAreRefused(name: String, value: PythonValue) {
        let camera = SimulatedCamera(.init())
        defer { try? camera.shutdown() }
        let error = #expect(throws: PreparationError.self) { try prepare(camera, [(name, value)]) }
        #expect(error?.description.hasPrefix("f:1: '\(name)' must be ") == true && error?.isFinal == true)
    }

    @Test func aDeviceThatFailsIsTriedAgain() {
        final class Failing: LightSource, OnlyTriggersBulbOnSoftware {
            var isEnabled = false
            var setPoint = 0.0
            var isOn: Bool { false }
            var measuredPower: Double { 0 }
            var status: [String] { [] }
            func performSetPower(_: Double) throws { throw DeviceError(.failed, "no answer") }
        }
        let error = #expect(throws: PreparationError.self) { try prepare(Failing(), [("power", 0.5)]) }
        #expect(error?.description == "f:1: no answer" && error?.isFinal == false)
    }
}
