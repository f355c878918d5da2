public import Pickle

/// A row of a ``RemoteInterface``.
public protocol RemoteMember {
    func add(to interface: inout RemoteInterface)
}

/// A row for a Python method and the Swift function behind it.
///
///     RemoteMethod("set_exposure_time", "value", restored: .last, call: setExposureTime)
///     RemoteMethod("update_settings", "incoming", Parameter("init", default: false), call: update)
public struct RemoteMethod: RemoteMember {
    let name: String
    let restoration: Restoration
    /// Whether the method changes nothing: clients that may only read can call it, and so can others while a client has
    /// locked the device.
    let isReading: Bool
    let decode: @Sendable (CallArguments) throws -> DecodedCall
    let perform: (DecodedCall) throws -> Outcome<Completion>

    /// Whether a method reads, by its name.
    private static func isGetter(_ name: String) -> Bool {
        ["get_", "is_", "describe_"].contains { name.hasPrefix($0) }
    }

    public func add(to interface: inout RemoteInterface) { interface.add(self) }

    /// - Parameters:
    ///   - restored: whether the call is made again on a device that was opened anew.
    ///   - reads: whether the call changes nothing; by default so if the name begins with `get_`, `is_` or `describe_`.
    public init<each P: PythonConvertible, R: RemoteResult>(
        _ name: String,
        _ parameters: repeat Parameter<each P>,
        restored: Restoration = .never,
        reads: Bool? = nil,
        call body: @escaping (repeat each P) throws -> R
    ) {
        let signature = Signature(of: name, repeat each parameters)
        self.name = name
        restoration = restored
        isReading = reads ?? Self.isGetter(name)
        decode = { try signature.decodedCall($0) }
        perform = { call in
            let values = try signature.values(of: call)
            return try body(repeat each values).outcome
        }
    }

    /// A method that returns nothing, which is `None` in Python.
    public init<each P: PythonConvertible>(
        _ name: String,
        _ parameters: repeat Parameter<each P>,
        restored: Restoration = .never,
        call body: @escaping (repeat each P) throws -> Void
    ) {
        self.init(name, repeat each parameters, restored: restored) { (values: repeat each P) -> PythonValue in
            try body(repeat each values)
            return PythonValue.none
        }
    }

    /// A method that accepts any arguments.
    public init(_ name: String, any body: @escaping (CallArguments) throws -> PythonValue) {
        self.name = name
        restoration = .never
        isReading = Self.isGetter(name)
        decode = { DecodedCall(.call, name, $0.positional, $0) }
        perform = { call in .value(try body(call.values as? CallArguments ?? CallArguments(call.arguments))) }
    }
}

/// A row for an attribute that Python can read, and in some cases write.
public struct RemoteProperty: RemoteMember {
    struct Setter {
        let decode: @Sendable (PythonValue) throws -> DecodedCall
        let perform: (DecodedCall) throws -> Outcome<Completion>
    }

    let name: String
    let restoration: Restoration
    let get: () throws -> PythonValue
    let setter: Setter?

    public func add(to interface: inout RemoteInterface) { interface.add(self) }

    /// - Parameter unknown: the value while the device cannot give one, see ``known(_:or:)``.
    public init<Value: PythonConvertible>(
        _ name: String,
        unknown: Value? = nil,
        get: @escaping () throws -> Value
    ) {
        self.name = name
        restoration = .never
        self.get = { try known(get, or: unknown).python }
        setter = nil
    }

    /// - Parameters:
    ///   - restored: whether the value is set again on a device that was opened anew.
    ///   - unknown: the value while the device cannot give one, see ``known(_:or:)``.
    public init<Value: PythonConvertible>(
        _ name: String,
        restored: Restoration = .never,
        unknown: Value? = nil,
        get: @escaping () throws -> Value,
        set: @escaping (Value) throws -> Void
    ) {
        self.init(name, restored: restored, unknown: unknown, get: get) { (value: Value) -> PythonValue in
            try set(value)
            return PythonValue.none
        }
    }

    public init<Value: PythonConvertible, Result: RemoteResult>(
        _ name: String,
        restored: Restoration = .never,
        unknown: Value? = nil,
        get: @escaping () throws -> Value,
        set: @escaping (Value) throws -> Result
    ) {
        self.name = name
        restoration = restored
        self.get = { try known(get, or: unknown).python }
        setter = Setter(
            decode: { DecodedCall(.set, name, [$0], try Value.decode($0, as: name)) },
            perform: { call in
                guard let value = call.values as? Value else {
                    throw RemoteError.type("\(name): expected \(Value.pythonName)")
                }
                return try set(value).outcome
            }
        )
    }
}

/// A value of a device, or the value that means that it is unknown.
///
/// `microscope.clients.Client` reads all attributes when it is made, and Cockpit reads them when it starts: neither can
/// be used if one of them raises, because a device has not been homed or is away for the moment. What keeps the device
/// from being used is in the log and in the server's status.
func known<Value>(_ get: () throws -> Value, or unknown: Value?) throws -> Value {
    do { return try get() } catch {
        guard let unknown else { throw error }
        return unknown
    }
}

/// The result of a remote call: a value at once, or one that has to be waited for.
///
/// Inside the host what is pending is the ``Completion``, which holds the device; outside it is the host's own number
/// for it.
public enum Outcome<Pending> {
    case value(PythonValue)
    case pending(Pending)
}

extension Outcome: Sendable where Pending: Sendable {}

/// A type that the function behind a row may return.
public protocol RemoteResult {
    var outcome: Outcome<Completion> { get }
}

extension Completion: RemoteResult {
    public var outcome: Outcome<Completion> { .pending(self) }
}

extension PythonConvertible {
    public var outcome: Outcome<Completion> { .value(python) }
}

/// The end of something that a device has begun and that takes time: a move, a homing.
///
/// The client waits for it while other calls reach the device, so that a position can be read during a move.
public struct Completion {
    /// The time that anything may take that declares no limit of its own.
    public static let limit = Duration.seconds(300)

    /// The time between two looks at the device.
    public let interval: Duration
    /// The time after which the wait for the end is given up.
    public let limit: Duration
    /// The result, or nil while it is not there yet.
    public let poll: () throws -> PythonValue?

    /// Completes when a condition of the device has become true.
    public init(
        every interval: Duration = .milliseconds(5),
        within limit: Duration = Completion.limit,
        when isDone: @escaping () throws -> Bool
    ) {
        self.init(every: interval, within: limit, result: { try isDone() ? PythonValue.none : nil })
    }

    public init(
        every interval: Duration,
        within limit: Duration = Completion.limit,
        result poll: @escaping () throws -> PythonValue?
    ) {
        (self.interval, self.limit, self.poll) = (interval, limit, poll)
    }
}
