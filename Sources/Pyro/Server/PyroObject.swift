public import Pickle
internal import Threads

/// Something that clients can call, under an id that a server gives it.
///
/// Its functions are called from the threads of all clients at once, and block the calling client only.
public protocol PyroObject: AnyObject, Sendable {
    var metadata: ObjectMetadata { get }
    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> CallResult
    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue
    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws
}

/// What a call comes to: a value, or items that the client fetches one after another.
public enum CallResult {
    case value(PythonValue)
    case items(any ItemSource)
}

/// An iterator that a client goes through from afar.
public protocol ItemSource: AnyObject, Sendable {
    /// The next item, or nil after the last one.
    func next() throws -> PythonValue?
}

/// What an object offers, as clients are told when they connect.
public struct ObjectMetadata: Sendable, Hashable {
    public var methods: [String]
    /// Those of the methods that clients shall call without waiting for a reply.
    public var oneway: [String]
    /// What Python sees as attributes; clients of python-microscope's read all of them when they connect.
    public var attributes: [String]

    public init(methods: [String], oneway: [String] = [], attributes: [String] = []) {
        self.methods = methods
        self.oneway = oneway
        self.attributes = attributes
    }
}

/// The objects of a server by their ids.
final class ObjectTable: Sendable {
    private let objects = Monitor<[String: any PyroObject]>([:])

    subscript(id: String) -> (any PyroObject)? {
        get { objects.withLock { $0[id] } }
        set { objects.withLock { $0[id] = newValue } }
    }

    var ids: [String] { objects.withLock { $0.keys.sorted() } }

    /// The object, or what Pyro says of one that is not there.
    func find(_ id: String) throws(PythonException) -> any PyroObject {
        guard let object = self[id] else { throw PythonException.pyro("DaemonError", "unknown object") }
        return object
    }

    /// The value with every reference to an object replaced by a proxy that reaches it at that address.
    func resolve(_ value: PythonValue, at server: Endpoint) throws(PythonException) -> PythonValue {
        switch value {
        case .reference(let id):
            let metadata = try find(id).metadata
            return .proxy(
                PyroProxy(
                    PyroURI(object: id, location: server.location),
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

/// Who is calling.
public struct CallContext: Sendable {
    /// The number of the connection, which no other one of this server has.
    public let connection: Int
    /// The calling program's address, if it has one.
    public let client: Endpoint?
    /// The address by which the client reached this server, or that which the server's options tell all clients.
    public let server: Endpoint
    /// Whether the client is still there, as far as can be known without asking it.
    public let isConnected: @Sendable () -> Bool

    public init(connection: Int, client: Endpoint?, server: Endpoint, isConnected: @escaping @Sendable () -> Bool) {
        self.connection = connection
        self.client = client
        self.server = server
        self.isConnected = isConnected
    }
}
