extension Setting {
    /// A setting that is a stored property of the device.
    public convenience init<Root: AnyObject, Value: SettingValue>(
        _ name: String,
        of device: Root,
        _ keyPath: ReferenceWritableKeyPath<Root, Value>,
        in domain: @autoclosure @escaping () throws -> Value.Domain
    ) {
        self.init(name, in: try domain(), get: { device[keyPath: keyPath] }, set: { device[keyPath: keyPath] = $0 })
    }

    /// A switch of the device's.
    public convenience init<Root: AnyObject>(
        _ name: String,
        of device: Root,
        _ keyPath: ReferenceWritableKeyPath<Root, Bool>
    ) {
        self.init(name, of: device, keyPath, in: Anything())
    }

    /// A choice of the device's, whose cases are the values.
    public convenience init<Root: AnyObject, Choice: SettingChoice>(
        _ name: String,
        of device: Root,
        _ keyPath: ReferenceWritableKeyPath<Root, Choice>
    ) {
        self.init(name, of: device, keyPath, in: Cases())
    }
}
