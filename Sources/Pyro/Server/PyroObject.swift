public import Pickle
internal import Platform

/// An object that clients can call, registered with a server under an id.
///
/// The functions are called from the threads of all clients concurrently. They block only the calling client.
public protocol PyroObject: AnyObject, Sendable {
    var metadata: ObjectMetadata { get }
    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue
    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue
    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws
    /// Whether a method changes nothing, so that read-only clients may call it.
    ///
    /// By default these are the methods whose names begin with `get_`, `is_` or `describe_`.
    func isReading(_ method: String) -> Bool
}

extension PyroObject {
    public func isReading(_ method: String) -> Bool {
        ["get_", "is_", "describe_"].contains { method.hasPrefix($0) }
    }
}

/// The methods and attributes of an object, which clients receive on connecting.
public struct ObjectMetadata: Sendable, Hashable {
    public var methods: [String]
    /// The methods that clients call without waiting for a reply.
    public var oneway: [String]
    /// The Python attributes, all of which python-microscope's clients read when they connect.
    public var attributes: [String]

    public init(methods: [String], oneway: [String] = [], attributes: [String] = []) {
        self.methods = methods
        self.oneway = oneway
        self.attributes = attributes
    }
}

/// The objects of a server, by id.
final class ObjectTable: Sendable {
    private let objects = Lock<[String: any PyroObject]>([:])

    subscript(id: String) -> (any PyroObject)? {
        get { objects.withLock { $0[id] } }
        set { objects.withLock { $0[id] = newValue } }
    }

    var ids: [String] { objects.withLock { $0.keys.sorted() } }

    /// The object with an id.
    ///
    /// Throws Pyro's error if there is none.
    func find(_ id: String) throws(PythonException) -> any PyroObject {
        guard let object = self[id] else { throw PythonException.pyro("DaemonError", "unknown object") }
        return object
    }

    /// The value, with each reference to an object replaced by a proxy for it at this address.
    func resolve(_ value: PythonValue, at server: Endpoint) throws(PythonException) -> PythonValue {
        switch value {
        case .reference(let id):
            let metadata = try find(id).metadata
            return .proxy(
                PyroProxy(
                    PyroURI(object: id, location: server),
                    oneway: metadata.oneway,
                    methods: metadata.methods,
                    attributes: metadata.attributes
                )
            )
        case .list(let items): return .list(try resolve(items, at: server))
        case .tuple(let items): return .tuple(try resolve(items, at: server))
        case .dict(let dictionary):
            var resolved = PythonDictionary()
            resolved.isOrderedDict = dictionary.isOrderedDict
            for (key, value) in dictionary.pairs { resolved[key] = try resolve(value, at: server) }
            return .dict(resolved)
        default: return value
        }
    }

    private func resolve(_ items: [PythonValue], at server: Endpoint) throws(PythonException) -> [PythonValue] {
        guard items.contains(where: \.mayHoldReferences) else { return items }
        return try items.map { value throws(PythonException) in try resolve(value, at: server) }
    }
}

extension PythonValue {
    fileprivate var mayHoldReferences: Bool {
        switch self {
        case .reference, .list, .tuple, .dict: true
        default: false
        }
    }
}

/// The client on whose behalf a call runs.
public struct CallContext: Sendable {
    /// The number of the connection, unique within the server.
    public let connection: Int
    /// The client's address, if it has one.
    public let client: Endpoint?
    /// The address at which the client reached this server, or the public one from the server's options.
    public let server: Endpoint
    /// The access that the server's rules give this client.
    public let access: AccessRules.Access
    /// The end of the connection, for actions to take then.
    public let end: ConnectionEnd
    /// Whether the connection is open, as far as can be known without sending anything.
    public let isConnected: @Sendable () -> Bool
    /// The way to use the connection for another protocol; nil for calls without a reply of their own.
    public var handover: ConnectionHandover?

    public init(
        connection: Int,
        client: Endpoint?,
        server: Endpoint,
        access: AccessRules.Access = .full,
        end: ConnectionEnd = ConnectionEnd(),
        handover: ConnectionHandover? = nil,
        isConnected: @escaping @Sendable () -> Bool
    ) {
        self.handover = handover
        self.connection = connection
        self.client = client
        self.server = server
        self.access = access
        self.end = end
        self.isConnected = isConnected
    }
}
