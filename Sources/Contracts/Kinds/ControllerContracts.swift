internal import Devices

/// What every controller must do.
enum ControllerContracts {
    static let all = [
        Contract("a controller's devices are the same for as long as it is open", devicesAreTheSame),
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
