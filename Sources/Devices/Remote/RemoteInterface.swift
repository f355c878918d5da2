public import Pickle

/// What a client may reach on one object: its methods and its properties, by their Python names.
///
/// The table is built once, when the device opens, and lives with the device inside its host,
/// so its closures may hold the device itself and need neither locks nor `Sendable`.
public struct RemoteInterface {
    private var methods: [String: RemoteMethod] = [:]
    private var properties: [String: RemoteProperty] = [:]
    private let typeName: String

    /// - Parameter typeName: the name of the class in Python, for its error messages.
    public init(of typeName: String, @RemoteInterfaceBuilder _ members: () throws -> [any RemoteMember]) rethrows {
        self.typeName = typeName
        for member in try members() { member.add(to: &self) }
    }

    // A later row replaces an earlier one, so that a driver can give a kind's row another meaning.
    mutating func add(_ method: RemoteMethod) { methods[method.name] = method }
    mutating func add(_ property: RemoteProperty) { properties[property.name] = property }

    /// The names Pyro sends to a client that connects.
    public var methodNames: [String] { methods.keys.sorted() }
    public var propertyNames: [String] { properties.keys.sorted() }

    public func has(method name: String) -> Bool { methods[name] != nil }
    public func has(property name: String) -> Bool { properties[name] != nil }

    public func call(_ name: String, _ arguments: CallArguments) throws -> Outcome {
        if let method = methods[name] { return try method.body(arguments) }
        if let property = properties[name] {
            throw RemoteError.type("'\(try property.get().typeName)' object is not callable")
        }
        throw RemoteError.attribute("'\(typeName)' object has no attribute '\(name)'")
    }

    public func get(_ name: String) throws -> PythonValue { try property(name).get() }

    public func set(_ name: String, to value: PythonValue) throws -> Outcome {
        guard let set = try property(name).set else { throw unexposed(name) }
        return try set(value)
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

/// Anything that clients can reach by an id of its own: a device, or an axis of a stage.
public protocol RemoteObject: AnyObject {
    /// The name of the class in Python, for its error messages.
    var typeName: String { get }

    /// The rows of the table of members that clients can reach.
    @RemoteInterfaceBuilder var remoteMembers: [any RemoteMember] { get }
}

extension RemoteObject {
    public var typeName: String { "\(Self.self)" }
}

/// Gathers rows, and whole tables of rows, into one table.
@resultBuilder
public enum RemoteInterfaceBuilder {
    public static func buildExpression(_ member: some RemoteMember) -> [any RemoteMember] { [member] }
    public static func buildExpression(_ members: [any RemoteMember]) -> [any RemoteMember] { members }
    public static func buildBlock(_ groups: [any RemoteMember]...) -> [any RemoteMember] { groups.flatMap(\.self) }
    public static func buildArray(_ groups: [[any RemoteMember]]) -> [any RemoteMember] { groups.flatMap(\.self) }
    public static func buildOptional(_ group: [any RemoteMember]?) -> [any RemoteMember] { group ?? [] }
}
