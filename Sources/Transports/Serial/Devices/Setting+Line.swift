public import Devices

extension Setting {
    /// A setting that is asked of a device and told to it.
    public convenience init<Value: SettingValue>(
        _ name: String,
        on line: SerialLine,
        in domain: @autoclosure @escaping () throws -> Value.Domain,
        get: @escaping (LineProtocol) throws -> Value,
        set: ((Value, LineProtocol) throws -> Void)? = nil
    ) {
        let setter: ((Value) throws -> Void)? = set.map { set in { value in try line.perform { try set(value, $0) } } }
        self.init(name, in: try domain(), get: { try line.perform(get) }, set: setter)
    }

    /// A switch of a device.
    public convenience init(
        _ name: String,
        on line: SerialLine,
        get: @escaping (LineProtocol) throws -> Bool,
        set: ((Bool, LineProtocol) throws -> Void)? = nil
    ) {
        self.init(name, on: line, in: Anything(), get: get, set: set)
    }

    /// A choice of a device, whose cases are the values.
    public convenience init<Choice: SettingChoice>(
        _ name: String,
        on line: SerialLine,
        get: @escaping (LineProtocol) throws -> Choice,
        set: ((Choice, LineProtocol) throws -> Void)? = nil
    ) {
        self.init(name, on: line, in: Cases(), get: get, set: set)
    }

    /// A text that the device tells, of at most 255 characters.
    public convenience init(
        _ name: String,
        on line: SerialLine,
        text: @escaping (LineProtocol) throws -> String
    ) {
        self.init(name, on: line, in: 255, get: { String(try text($0).prefix(255)) })
    }

    /// A text that never changes.
    public convenience init(_ name: String, fixed text: String) {
        self.init(name, in: 255, get: { String(text.prefix(255)) })
    }
}
