internal import Pickle
internal import Threads

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
