public import Pickle

/// The members of one object that clients reach: its methods and properties, by their Python names.
///
/// The table is built once, when the device is opened, and stays with the device inside its host, so its closures may
/// hold the device itself and need neither locks nor `Sendable`.
public struct RemoteInterface {
    private var methods: [String: RemoteMethod] = [:]
    private var properties: [String: RemoteProperty] = [:]
    private let typeName: String
    /// The faults that its members show; nil for a device that shows none, or shows them elsewhere.
    public var faults: OrderedFaults?

    /// - Parameter typeName: the name of the class in Python, for its error messages.
    public init(of typeName: String, @RemoteInterfaceBuilder _ members: () throws -> [any RemoteMember]) rethrows {
        self.typeName = typeName
        for member in try members() { member.add(to: &self) }
    }

    // A later row replaces an earlier one, so that a driver can redefine a row of its kind.
    mutating func add(_ method: RemoteMethod) { methods[method.name] = method }
    mutating func add(_ property: RemoteProperty) { properties[property.name] = property }

    /// The names that Pyro sends to a client when it connects.
    public var methodNames: [String] { methods.keys.sorted() }
    public var propertyNames: [String] { properties.keys.sorted() }

    /// The methods that change nothing.
    public var readingMethods: Set<String> { Set(methods.values.lazy.filter(\.isReading).map(\.name)) }

    public func has(method name: String) -> Bool { methods[name] != nil }
    public func has(property name: String) -> Bool { properties[name] != nil }

    /// The decoder of calls to these members, which needs no device and can leave the host.
    public var decoder: CallDecoder {
        CallDecoder(
            methods: methods.mapValues(\.decode),
            properties: properties.compactMapValues { $0.setter?.decode }
        )
    }

    public func call(_ name: String, _ arguments: CallArguments) throws -> Outcome<Completion> {
        try perform(try decoder.call(name, arguments))
    }

    public func get(_ name: String) throws -> PythonValue {
        let property = try property(name)
        guard let faults else { return try property.get() }
        guard case .value(let value) = try faults.affecting({ .value(try property.get()) }) else { return .none }
        return value
    }

    public func set(_ name: String, to value: PythonValue) throws -> Outcome<Completion> {
        try perform(try decoder.setting(name, to: value))
    }

    /// Makes a call that has been decoded.
    public func perform(_ call: DecodedCall) throws -> Outcome<Completion> {
        guard let faults else { return try performed(call) }
        return try faults.affecting { try performed(call) }
    }

    private func performed(_ call: DecodedCall) throws -> Outcome<Completion> {
        switch call.act {
        case .call: return try method(call.member).perform(call)
        case .set:
            guard let setter = try property(call.member).setter else { throw unexposed(call.member) }
            return try setter.perform(call)
        }
    }

    /// The notes of what a call has left to restore, once it has returned a result.
    public func notes(after call: DecodedCall, returning result: PythonValue) -> [RestoreNote] {
        let restoration =
            switch call.act {
            case .call: methods[call.member]?.restoration
            case .set: properties[call.member]?.restoration
            }
        return restoration?.notes(call, result) ?? []
    }

    private func method(_ name: String) throws -> RemoteMethod {
        if let method = methods[name] { return method }
        if let property = properties[name] {
            throw RemoteError.type("'\(try property.get().typeName)' object is not callable")
        }
        throw RemoteError.attribute("'\(typeName)' object has no attribute '\(name)'")
    }

    private func property(_ name: String) throws -> RemoteProperty {
        if let property = properties[name] { return property }
        if methods[name] != nil { throw unexposed(name) }
        throw RemoteError.attribute("type object '\(typeName)' has no attribute '\(name)'")
    }

    private func unexposed(_ name: String) -> RemoteError {
        .attribute("attempt to access unexposed or unknown remote attribute '\(name)'")
    }
}

/// A decoder of the arguments of calls to one object.
///
/// Decoding happens before the device's lock is taken: however large the arguments are, only their sender waits.
public struct CallDecoder: Sendable {
    fileprivate let methods: [String: @Sendable (CallArguments) throws -> DecodedCall]
    fileprivate let properties: [String: @Sendable (PythonValue) throws -> DecodedCall]

    public func call(_ name: String, _ arguments: CallArguments) throws -> DecodedCall {
        // Which error an unknown name is depends on the object.
        try methods[name]?(arguments) ?? DecodedCall(.call, name, [])
    }

    /// Decodes a call that is made again.
    public func decode(_ call: RestoredCall) throws -> DecodedCall {
        switch call.act {
        case .call: try self.call(call.member, CallArguments(call.arguments))
        case .set: try setting(call.member, to: call.arguments.first ?? .none)
        }
    }

    public func setting(_ name: String, to value: PythonValue) throws -> DecodedCall {
        try properties[name]?(value) ?? DecodedCall(.set, name, [value])
    }
}

/// A call whose arguments have been checked and converted.
public struct DecodedCall: Sendable {
    /// The two ways of using a member that can change a device.
    public enum Act: Sendable { case call, set }

    public let act: Act
    public let member: String
    /// The arguments in the order of the parameters, as Python sent them; those left out have their default values.
    public let arguments: [PythonValue]
    /// The converted arguments, in a form that only the row knows.
    let values: any Sendable

    init(_ act: Act, _ member: String, _ arguments: [PythonValue], _ values: any Sendable = ()) {
        (self.act, self.member, self.arguments, self.values) = (act, member, arguments, values)
    }
}

/// An object that clients reach by an id of its own: a device, or an axis of a stage.
public protocol RemoteObject: AnyObject {
    /// The name of the class in Python, for its error messages.
    var typeName: String { get }

    /// The rows of the table of members that clients can reach.
    @RemoteInterfaceBuilder var remoteMembers: [any RemoteMember] { get }

    /// How long calls may take with the present settings.
    ///
    /// Read when the device has been opened and whenever a client has changed a setting, so it may ask the device.
    var callLimits: CallLimits { get }
}

extension RemoteObject {
    public var typeName: String { "\(Self.self)" }
    public var callLimits: CallLimits { CallLimits() }
}

/// A builder that joins rows, and whole tables of rows, into one table.
@resultBuilder
public enum RemoteInterfaceBuilder {
    public static func buildExpression(_ member: some RemoteMember) -> [any RemoteMember] { [member] }
    public static func buildExpression(_ members: [any RemoteMember]) -> [any RemoteMember] { members }
    public static func buildBlock(_ groups: [any RemoteMember]...) -> [any RemoteMember] { groups.flatMap(\.self) }
    public static func buildArray(_ groups: [[any RemoteMember]]) -> [any RemoteMember] { groups.flatMap(\.self) }
    public static func buildOptional(_ group: [any RemoteMember]?) -> [any RemoteMember] { group ?? [] }
}
