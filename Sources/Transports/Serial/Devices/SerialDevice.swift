public import Devices

/// A device on a serial line.
///
/// A device that was enabled when its port was lost is disabled when the port comes back, and has been made safe.
public protocol SerialDevice: Device {
    var line: SerialLine { get }
    /// The session of the line in which the device was enabled; nil while it is not.
    var enabledSession: Int? { get set }
}

extension SerialDevice {
    public var isEnabled: Bool {
        get { enabledSession == line.session }
        set { enabledSession = newValue ? line.session : nil }
    }

    public var callLimits: CallLimits { line.callLimits }
}

extension Setting {
    /// A setting that is read from the device and written to it.
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

    /// A switch of the device.
    public convenience init(
        _ name: String,
        on line: SerialLine,
        get: @escaping (LineProtocol) throws -> Bool,
        set: ((Bool, LineProtocol) throws -> Void)? = nil
    ) {
        self.init(name, on: line, in: Anything(), get: get, set: set)
    }

    /// A choice of the device, whose cases are the values.
    public convenience init<Choice: SettingChoice>(
        _ name: String,
        on line: SerialLine,
        get: @escaping (LineProtocol) throws -> Choice,
        set: ((Choice, LineProtocol) throws -> Void)? = nil
    ) {
        self.init(name, on: line, in: Cases(), get: get, set: set)
    }

    /// A text from the device, of at most 255 characters.
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

extension Sequence {
    /// Runs the body for each element, even after an error; throws the first error at the end.
    ///
    /// For making devices safe: if one does not switch off, the others still must.
    public func attemptEach(_ body: (Element) throws -> Void) throws {
        var failure: (any Error)?
        for element in self {
            do { try body(element) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }
}
