public import Pickle

/// A row that names the Swift function that answers to a Python method.
///
///     RemoteMethod("set_exposure_time", "value", call: setExposureTime)
///     RemoteMethod("update_settings", "incoming", Parameter("init", default: false), call: update)
public struct RemoteMethod: RemoteMember {
    let name: String
    let body: (CallArguments) throws -> Outcome

    public func add(to interface: inout RemoteInterface) { interface.add(self) }

    public init<each P: PythonConvertible, R: RemoteResult>(
        _ name: String,
        _ parameters: repeat Parameter<each P>,
        call body: @escaping (repeat each P) throws -> R
    ) {
        var names: [String] = []
        var otherNames: [String: String] = [:]
        var needed = 0
        for parameter in repeat each parameters {
            names.append(parameter.name)
            otherNames[parameter.otherName ?? parameter.name] = parameter.name
            if parameter.fallback == nil { needed = names.count }
        }
        self.name = name
        self.body = { [names, otherNames, needed] arguments in
            let arguments = arguments.keywords.isEmpty ? arguments : arguments.renaming(otherNames)
            try arguments.check(for: name, taking: names, needing: needed)
            var cursor = CallArguments.Cursor(arguments, of: name)
            let values = (repeat try cursor.next(each parameters))
            return try body(repeat each values).outcome
        }
    }

    /// A method that returns nothing, which is `None` in Python.
    public init<each P: PythonConvertible>(
        _ name: String,
        _ parameters: repeat Parameter<each P>,
        call body: @escaping (repeat each P) throws -> Void
    ) {
        self.init(name, repeat each parameters) { (values: repeat each P) -> PythonValue in
            try body(repeat each values)
            return PythonValue.none
        }
    }

    /// A method that takes whatever it is given.
    public init(_ name: String, any body: @escaping (CallArguments) throws -> PythonValue) {
        self.name = name
        self.body = { .value(try body($0)) }
    }
}

/// A row for what Python reads, and perhaps writes, as an attribute.
public struct RemoteProperty: RemoteMember {
    let name: String
    let get: () throws -> PythonValue
    let set: ((PythonValue) throws -> Outcome)?

    public func add(to interface: inout RemoteInterface) { interface.add(self) }

    public init<Value: PythonConvertible>(_ name: String, get: @escaping () throws -> Value) {
        self.name = name
        self.get = { try get().python }
        self.set = nil
    }

    public init<Value: PythonConvertible>(
        _ name: String,
        get: @escaping () throws -> Value,
        set: @escaping (Value) throws -> Void
    ) {
        self.init(name, get: get) { (value: Value) -> PythonValue in
            try set(value)
            return PythonValue.none
        }
    }

    public init<Value: PythonConvertible, Result: RemoteResult>(
        _ name: String,
        get: @escaping () throws -> Value,
        set: @escaping (Value) throws -> Result
    ) {
        self.name = name
        self.get = { try get().python }
        self.set = { try set(Value.decode($0, as: name)).outcome }
    }
}

/// A row of a ``RemoteInterface``.
public protocol RemoteMember {
    func add(to interface: inout RemoteInterface)
}

/// What the function behind a row may return.
public protocol RemoteResult {
    var outcome: Outcome { get }
}

extension Completion: RemoteResult {
    public var outcome: Outcome { .pending(self) }
}

extension PythonConvertible {
    public var outcome: Outcome { .value(python) }
}

/// What a remote call comes to: a value at once, or one that has to be waited for.
public enum Outcome {
    case value(PythonValue)
    case pending(Completion)
}

/// The end of something that a device has begun and that takes its time: a move, a homing.
///
/// The client waits for it while other calls reach the device, so that a position can be read during a move.
public struct Completion {
    /// How long to wait between two looks at the device.
    public let interval: Duration
    /// The result, or nil while it is not there yet.
    public let poll: () throws -> PythonValue?

    /// Completes when a claim about the device has become true.
    public init(every interval: Duration = .milliseconds(5), when isDone: @escaping () throws -> Bool) {
        self.init(every: interval, result: { try isDone() ? PythonValue.none : nil })
    }

    public init(every interval: Duration, result poll: @escaping () throws -> PythonValue?) {
        self.interval = interval
        self.poll = poll
    }
}
