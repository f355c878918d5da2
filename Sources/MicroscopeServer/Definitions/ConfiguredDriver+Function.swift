internal import Devices

extension ConfiguredDriver {
    /// In place of a driver, for a device of a type that a function opens: by itself, or else with others.
    static func opened<Opened: Device & SendableMetatype>(
        _ type: Opened.Type,
        using references: [DeviceReference],
        by open: @escaping @Sendable (DriverContext) throws -> Opened = { _ in
            throw DeviceError(.initialise, "it is opened together with others")
        }
    ) -> ConfiguredDriver {
        var driver = ConfiguredDriver(name: "\(type)", kind: DeviceKind(of: type)) { try open($0) }
        driver.references = references
        return driver
    }
}
