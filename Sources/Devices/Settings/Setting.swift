public import Pickle

/// A named value of a device that clients list, read and write.
///
/// A row has the name of the setting and access to its value; the type of the value determines the rest:
///
///     Setting("gain", in: 0...8192, get: { self.gain }, set: { self.gain = $0 })
///     Setting("fan speed", of: self, \.fanSpeed)
public final class Setting {
    public let name: String
    public let type: SettingType
    private let access: Access
    private let isReadOnlyNow: (() -> Bool)?
    private let values: () throws -> PythonValue
    /// Converts a value from Python to a call of the setter.
    private let parse: (PythonValue) throws -> PendingChange

    /// A value of the right type, and the function that writes it.
    struct PendingChange {
        let value: PythonValue
        /// Throws if the value is not allowed.
        let check: () throws -> Void
        let write: () throws -> Void
    }

    private enum Access {
        case readable(get: () throws -> PythonValue, isWritable: Bool)
        /// The hardware cannot be read: the value is the last one that was written, None before the first.
        case writeOnly
    }

    /// Whether a device that is opened anew, after a crash or a loss of power, gets the value that clients had set.
    public private(set) var isRestored = true

    /// The same setting, whose value is not restored: writing it moves something or switches light on.
    public func notRestored() -> Setting {
        isRestored = false
        return self
    }

    private var lastWritten = PythonValue.none
    private var wasWritten = false

    /// A setting that can be read, and written if it has a setter.
    ///
    /// - Parameters:
    ///   - domain: the limits, evaluated each time, since they may depend on other settings.
    ///   - isReadOnly: whether the setting cannot be written at the moment; evaluated each time.
    public init<Value: SettingValue>(
        _ name: String,
        in domain: @autoclosure @escaping () throws -> Value.Domain,
        get: @escaping () throws -> Value,
        set: ((Value) throws -> Void)? = nil,
        isReadOnly: (() -> Bool)? = nil
    ) {
        self.name = name
        type = Value.settingType
        access = .readable(get: { try get().python }, isWritable: set != nil)
        isReadOnlyNow = isReadOnly
        values = { try domain().python }
        parse = Self.parser(name, domain, set)
    }

    /// A setting that cannot be read from the hardware: clients see the last value that was written.
    public init<Value: SettingValue>(
        writeOnly name: String,
        in domain: @autoclosure @escaping () throws -> Value.Domain,
        set: @escaping (Value) throws -> Void,
        isReadOnly: (() -> Bool)? = nil
    ) {
        self.name = name
        type = Value.settingType
        access = .writeOnly
        isReadOnlyNow = isReadOnly
        values = { try domain().python }
        parse = Self.parser(name, domain, set)
    }

    private static func parser<Value: SettingValue>(
        _ name: String,
        _ domain: @escaping () throws -> Value.Domain,
        _ set: ((Value) throws -> Void)?
    ) -> (PythonValue) throws -> PendingChange {
        { python in
            guard let set else { throw SettingError.readOnly(name) }
            guard let value = Value(python: python) else {
                // A value that is not a choice, or an integer of more than 64 bits, is out of range, not of a wrong
                // type.
                let isOutOfRange = if case .bigInt = python { true } else { Value.settingType == .enumeration }
                guard !isOutOfRange else {
                    throw SettingError.outOfRange(name, python, allowed: try domain().python)
                }
                throw SettingError.wrongType(name, expected: Value.pythonName, got: python.typeName)
            }
            return PendingChange(
                value: value.python,
                check: {
                    let domain = try domain()
                    guard value.isFinite, domain.contains(value) else {
                        throw SettingError.outOfRange(name, python, allowed: domain.python)
                    }
                },
                write: { try set(value) }
            )
        }
    }

    /// Whether it cannot be written, ever or at the moment.
    public var isReadOnly: Bool {
        if case .readable(_, isWritable: false) = access { return true }
        return isReadOnlyNow?() ?? false
    }

    public func get() throws -> PythonValue {
        switch access {
        case .readable(let get, _): try get()
        case .writeOnly: lastWritten
        }
    }

    public func set(_ value: PythonValue) throws { try apply(try change(to: value)) }

    /// Checks a value without writing it.
    func change(to value: PythonValue) throws -> PendingChange {
        guard !isReadOnly else { throw SettingError.readOnly(name) }
        let change = try parse(value)
        try change.check()
        return change
    }

    /// The change back to a value that the device had, which need not be one that clients may set.
    func restoring(_ value: PythonValue) throws -> PendingChange { try parse(value) }

    func apply(_ change: PendingChange) throws {
        try change.write()
        lastWritten = change.value
        wasWritten = true
    }

    /// The result of `describe_setting`: the dictionary from which Cockpit builds its settings panel.
    public func describe() throws -> PythonValue {
        let isWriteOnly = if case .writeOnly = access { true } else { false }
        return .dict([
            "type": .str(type.rawValue),
            "values": try values(),
            "readonly": .bool(isReadOnly),
            "cached": .bool(isWriteOnly && wasWritten),
        ])
    }
}

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

    /// A setting that is a stored Boolean property of the device.
    public convenience init<Root: AnyObject>(
        _ name: String,
        of device: Root,
        _ keyPath: ReferenceWritableKeyPath<Root, Bool>
    ) {
        self.init(name, of: device, keyPath, in: Anything())
    }

    /// A setting that is a stored choice of the device.
    public convenience init<Root: AnyObject, Choice: SettingChoice>(
        _ name: String,
        of device: Root,
        _ keyPath: ReferenceWritableKeyPath<Root, Choice>
    ) {
        self.init(name, of: device, keyPath, in: Cases())
    }
}

extension Setting {
    /// The key of a choice that is given by its label, as in a configuration; any other value unchanged.
    public func key(for value: PythonValue) throws -> PythonValue {
        guard type == .enumeration, case .str(let label) = value else { return value }
        guard case .dict(let description) = try describe(), case .list(let choices)? = description["values"] else {
            return value
        }
        let keys = choices.compactMap { choice -> PythonValue? in
            guard case .tuple(let pair) = choice, pair.count == 2, pair[1] == .str(label) else { return nil }
            return pair[0]
        }
        return keys.first ?? value
    }
}

/// An error in reading or writing a setting.
public enum SettingError: Error, Equatable {
    /// `KeyError` in Python
    case unknown(String)
    /// `NotImplementedError` in Python
    case readOnly(String)
    /// `ValueError` in Python
    case outOfRange(String, PythonValue, allowed: PythonValue)
    /// `TypeError` in Python
    case wrongType(String, expected: String, got: String)
    /// `Exception` in Python: `update_settings` has to set all settings and lacks some
    case missing([String])
}
