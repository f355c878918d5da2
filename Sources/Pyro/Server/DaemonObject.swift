internal import Pickle

/// The object `Pyro.Daemon`, which answers questions about the server.
final class DaemonObject: PyroObject {
    static let id = "Pyro.Daemon"

    private let objects: ObjectTable

    init(objects: ObjectTable) { self.objects = objects }

    let metadata = ObjectMetadata(
        methods: ["close_stream", "get_metadata", "get_next_stream_item", "info", "ping", "registered"]
    )

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        switch method {
        case "ping":
            _ = try arguments.values(of: method, [])
            return .none
        case "registered":
            _ = try arguments.values(of: method, [])
            return .list(objects.ids.map(PythonValue.str))
        case "info":
            _ = try arguments.values(of: method, [])
            let count = objects.ids.count
            return .str("Pyro.Daemon bound on \(context.server), \(count) objects registered.")
        case "get_metadata":
            let values = try arguments.values(of: method, ["objectId"], optional: ["as_lists"])
            // A value that is not a text is treated as an unknown object.
            guard case .str(let id) = values[0] else { throw PythonException.pyro("DaemonError", "unknown object") }
            let metadata = try objects.find(id).metadata
            return metadata.value(asLists: values.count > 1 && values[1] != .bool(false))
        case "get_next_stream_item":
            // No object here returns an iterator, so that no stream is ever open.
            _ = try arguments.values(of: method, ["streamId"])
            throw PythonException.pyro("PyroError", "item stream terminated")
        case "close_stream":
            _ = try arguments.values(of: method, ["streamId"])
            return .none
        default: throw PythonException("AttributeError", "'DaemonObject' object has no attribute '\(method)'")
        }
    }

    func isReading(_ method: String) -> Bool { true }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue {
        throw PythonException("AttributeError", "type object 'DaemonObject' has no attribute '\(attribute)'")
    }

    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {
        _ = try get(attribute, context)
    }
}

extension ObjectMetadata {
    /// The three collections, as lists or as sets.
    func value(asLists: Bool) -> PythonValue {
        func collection(_ names: [String]) -> PythonValue {
            let names = names.map(PythonValue.str)
            return asLists ? .list(names) : .set(names)
        }
        return .dict([
            "methods": collection(methods), "oneway": collection(oneway), "attrs": collection(attributes),
        ])
    }
}

extension CallArguments {
    /// The arguments in the order of the parameters.
    ///
    /// Throws Python's TypeError if they do not fit.
    fileprivate func values(
        of method: String,
        _ required: [String],
        optional: [String] = []
    ) throws(PythonException) -> [PythonValue] {
        let names = required + optional
        guard positional.count <= names.count else {
            throw PythonException(
                "TypeError",
                "\(method)() takes \(names.count) positional arguments but \(positional.count) were given"
            )
        }
        for (key, _) in keywords.pairs {
            guard case .str(let name) = key, names.dropFirst(positional.count).contains(name) else {
                throw PythonException("TypeError", "\(method)() got an unexpected keyword argument '\(key)'")
            }
        }
        let values = positional + names.dropFirst(positional.count).compactMap { keywords[.str($0)] }
        guard values.count >= required.count else {
            let missing = required[values.count]
            throw PythonException("TypeError", "\(method)() missing 1 required positional argument: '\(missing)'")
        }
        return values
    }
}
