import Devices
import Pickle
import Testing

struct LifecycleTests {
    private let device = ScriptedDevice()

    @Test func isEnabledBetweenEnableAndDisable() throws {
        let interface = device.interface
        #expect(try interface.get("enabled") == false)
        try interface.call("enable")
        #expect(try interface.call("get_is_enabled") == true)
        #expect(try interface.get("enabled") == true)
        try interface.call("disable")
        #expect(try interface.call("get_is_enabled") == false)
        #expect(device.log.lines == ["enable", "disable"])
    }

    @Test func failureToEnableIsThrownAndLeavesItDisabled() {
        device.isEnabled = true
        device.refuses = ["enable"]
        #expect(throws: DeviceError.self) { try device.enable() }
        #expect(!device.isEnabled)
    }

    @Test func disableReachesTheHardwareAfterAFailedEnable() throws {
        device.refuses = ["enable"]
        #expect(throws: DeviceError.self) { try device.enable() }
        try device.disable()
        #expect(device.log.lines == ["enable", "disable"])
    }

    @Test func failureToDisableIsThrownAndLeavesItEnabled() throws {
        try device.enable()
        device.refuses = ["disable"]
        #expect(throws: DeviceError.self) { try device.disable() }
        #expect(device.isEnabled)
    }

    @Test func shutdownGoesOnAfterAFailureAndThrowsTheFirst() throws {
        try device.enable()
        device.refuses = ["disable", "shutdown"]
        #expect { try device.shutdown() } throws: { ($0 as? DeviceError)?.message == "disable" }
        #expect(device.log.lines == ["enable", "disable", "shutdown"])
        #expect(!device.isEnabled)
    }

    @Test func controllerShutsDownNestedDevicesBeforeItself() throws {
        let log = ScriptedDevice.Log()
        let inner = ScriptedController([("lamp", ScriptedDevice("lamp", log: log))], log: log)
        let outer = ScriptedController([("inner", inner), ("wheel", ScriptedDevice("wheel", log: log))], log: log)
        // As its host knows it.
        let device: any Device = outer
        try device.shutdown()
        #expect(
            log.lines == [
                "disable lamp", "shutdown lamp", "shutdown controller",
                "disable wheel", "shutdown wheel", "shutdown controller",
            ]
        )
    }

    @Test func controllerShutsDownAllDevicesThoughOneFails() {
        let log = ScriptedDevice.Log()
        let broken = ScriptedDevice("broken", log: log)
        broken.refuses = ["shutdown"]
        let controller = ScriptedController([("broken", broken), ("lamp", ScriptedDevice("lamp", log: log))], log: log)
        #expect(throws: DeviceError.self) { try controller.interface.call("shutdown") }
        #expect(log.lines.suffix(3) == ["disable lamp", "shutdown lamp", "shutdown controller"])
    }
}
