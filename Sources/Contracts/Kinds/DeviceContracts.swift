internal import Devices
internal import Pickle

/// The contracts of every device.
enum DeviceContracts {
    static let all = [
        Contract.members(
            of: (any Device).self,
            "a device",
            methods: [
                "add_setting", "describe_setting", "describe_settings", "disable", "enable", "get_all_settings",
                "get_is_enabled", "get_setting", "initialize", "set_setting", "shutdown", "update_settings",
            ],
            attributes: ["enabled"]
        ),
        Contract("a device is disabled when it has been opened", isDisabledWhenOpened),
        Contract("a device's attributes can all be read", attributesCanBeRead),
        Contract("a device refuses calls with wrong arguments", refusesWrongArguments),
        Contract("a device can be enabled and disabled again and again", enables: true, canBeEnabledAgainAndAgain),
        Contract("a device can be initialised by clients", canBeInitialised),
        Contract("a device is disabled by shutdown, which can be repeated", enables: true, isLast: true, canBeShutDown),
    ]

    private static func isDisabledWhenOpened(device: any Device, trial: Trial) throws {
        trial.expect("get_is_enabled()", try trial.client.call("get_is_enabled"), is: false)
        trial.expect("enabled", try trial.client.get("enabled"), is: false)
    }

    private static func attributesCanBeRead(device: any Device, trial: Trial) {
        for name in trial.client.interface.propertyNames {
            trial.attempt("\(name) cannot be read") { try trial.client.get(name) }
        }
    }

    private static func refusesWrongArguments(device: any Device, trial: Trial) {
        let client = trial.client
        trial.expect("disable(1)", isRefusedBy: .type) { try client.call("disable", 1) }
        trial.expect("get_setting()", isRefusedBy: .type) { try client.call("get_setting") }
        trial.expect("get_setting(1)", isRefusedBy: .key) { try client.call("get_setting", 1) }
    }

    private static func canBeEnabledAgainAndAgain(device: any Device, trial: Trial) throws {
        let client = trial.client
        for _ in 0..<2 {
            // Also when it is already disabled or enabled.
            for (method, isEnabled) in [("disable", false), ("disable", false), ("enable", true), ("enable", true)] {
                try client.call(method)
                trial.expect(
                    "get_is_enabled() after \(method)",
                    try client.call("get_is_enabled"),
                    is: .bool(isEnabled)
                )
            }
        }
    }

    private static func canBeInitialised(device: any Device, trial: Trial) throws {
        try trial.client.call("initialize")
        trial.expect("get_is_enabled() after initialize", try trial.client.call("get_is_enabled"), is: false)
    }

    private static func canBeShutDown(device: any Device, trial: Trial) throws {
        try trial.client.call("enable")
        for time in ["first", "second"] {
            try trial.client.call("shutdown")
            trial.expect("get_is_enabled() after the \(time) shutdown", device.isEnabled, is: false)
        }
    }
}

/// The contracts of every device that is known by a uid.
enum FloatingDeviceContracts {
    static let all = [
        Contract("a floating device has one uid while it is open", enables: true, tellsOneUID)
    ]

    private static func tellsOneUID(device: any FloatingDevice, trial: Trial) throws {
        let uid = device.uid
        if uid.isEmpty { trial.violate("its uid is empty") }
        try device.enable()
        trial.expect("uid after enable", device.uid, is: uid)
        try device.disable()
        trial.expect("uid after disable", device.uid, is: uid)
    }
}

/// The contracts of every controller.
enum ControllerContracts {
    static let all = [
        Contract("a controller's devices are the same while it is open", devicesAreTheSame),
        Contract("a controller's shutdown disables its devices", enables: true, isLast: true, shutdownDisablesDevices),
    ]

    private static func devicesAreTheSame(controller: any Controller, trial: Trial) {
        let (first, second) = (controller.devices, controller.devices)
        if first.isEmpty { trial.violate("it has no devices") }
        trial.expect("number of different names", Set(first.map(\.name)).count, is: first.count)
        trial.expect("names", second.map(\.name), is: first.map(\.name))
        for (first, second) in zip(first, second) where first.device !== second.device {
            trial.violate("\(first.name) is another device each time")
        }
    }

    private static func shutdownDisablesDevices(controller: any Controller, trial: Trial) throws {
        for (_, device) in controller.devices { try device.enable() }
        try trial.client.call("shutdown")
        for (name, device) in controller.devices {
            trial.expect("whether \(name) is enabled after shutdown", device.isEnabled, is: false)
            if let light = device as? any LightSource {
                let what = "whether \(name) is on after shutdown"
                try LightSourceContracts.expectOffAfterShutdown(what, light, trial)
            }
        }
    }
}
