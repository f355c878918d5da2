import Devices
import Pickle
import Testing

struct LightSourceTests {
    private final class ScriptedLight: LightSource, OnlyTriggersBulbOnSoftware {
        var isEnabled = false
        var setPoint = 0.0
        var isOn = false
        var measuredPower = 0.0
        let status = ["warm"]
        var refuses = false

        func performSetPower(_ power: Double) throws {
            if refuses { throw DeviceError(.failed, "too much") }
            measuredPower = power
        }
    }

    private let light = ScriptedLight()

    @Test(arguments: [(0.5, 0.5), (-0.1, 0), (1.1, 1)]) func powerIsAFraction(
        asked: Double,
        got: Double
    ) throws {
        light.isOn = true
        _ = try light.interface.set("power", to: .float(asked))
        #expect(try light.interface.get("power") == .float(got))
        #expect(try light.interface.call("get_set_power") == .float(got))
    }

    @Test func powerIsZeroWhileNoLightComesOut() throws {
        try light.setPower(0.5)
        #expect(try light.interface.get("power") == 0.0)
        #expect(try light.interface.call("get_set_power") == 0.5)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity]) func powerThatIsNotANumberIsAValueError(power: Double) {
        #expect(throws: RemoteError.value("power must be finite, not \(power)")) {
            try light.interface.set("power", to: .float(power))
        }
        #expect(light.measuredPower == 0)
    }

    @Test func setPointStaysWhenTheDeviceRefuses() throws {
        try light.setPower(0.5)
        light.refuses = true
        #expect(throws: DeviceError.self) { try light.setPower(0.7) }
        #expect(light.setPoint == 0.5)
    }

    @Test func bulbHasNothingToTrigger() {
        #expect { try light.interface.call("trigger") } throws: { error in
            (error as? DeviceError)?.message == "trigger does not make sense in trigger mode bulb, only enable"
        }
        #expect { try light.interface.call("set_trigger", 1, 2) } throws: { error in
            (error as? DeviceError)?.message == "the only trigger type supported is software"
        }
        #expect { try light.interface.call("set_trigger", 0, 1) } throws: { error in
            (error as? DeviceError)?.message == "the only trigger mode supported is 'bulb'"
        }
        #expect(throws: Never.self) {
            try light.interface.call("set_trigger", TriggerType.software.python, TriggerMode.bulb.python)
        }
    }
}
