/// The states of Pyro's own classes: where an object is, and what is known of it.
enum PyroState {
    /// How long the texts of a URI may be.
    static let textLimit = 4096

    /// The URI with the state `(scheme, object, socket path, host, port)`.
    static func uri(_ state: ItemTuple) throws(PickleError) -> PyroURI {
        guard state.count == 5, let scheme = text(state, 0), ["PYRO", "PYRONAME", "PYROMETA"].contains(scheme),
            let object = text(state, 1) ?? tags(state.value(1))
        else { throw .malformed("state of a URI") }
        return PyroURI(scheme: scheme, object: object, location: try location(state, isNeeded: scheme == "PYRO"))
    }

    private static func location(_ state: ItemTuple, isNeeded: Bool) throws(PickleError) -> PyroURI.Location? {
        if let path = text(state, 2), state.isNone(3), state.isNone(4) { return .unix(path: path) }
        if state.isNone(2), let host = text(state, 3), let port = state.int(4) { return .tcp(host: host, port: port) }
        guard !isNeeded, (2...4).allSatisfy(state.isNone) else { throw .malformed("state of a URI") }
        return nil
    }

    /// The names to look for in a URI `PYROMETA:a,b`, which Pyro keeps as a set.
    private static func tags(_ value: PythonValue?) -> String? {
        guard case .set(let items) = value, items.count <= 64, let names = names(value),
            names.reduce(0, { $0 + $1.utf8.count }) <= textLimit - 64
        else { return nil }
        return names.sorted().joined(separator: ",")
    }

    private static func text(_ state: ItemTuple, _ index: Int) -> String? {
        guard let text = state.text(index), text.utf8.count <= textLimit else { return nil }
        return text
    }

    /// The proxy with the state `(uri, oneway, methods, attributes, timeout, HMAC key, handshake[, retries, serializer])`.
    ///
    /// The timeout and the number of retries are the sender's business.
    static func proxy(_ state: ItemTuple) throws(PickleError) -> PyroProxy {
        guard (7...9).contains(state.count), case .uri(let uri) = state.value(0), let oneway = names(state.value(1)),
            let methods = names(state.value(2)), let attributes = names(state.value(3)), let handshake = state.value(6),
            state.bytes(5) != nil || state.isNone(5), state.count < 9 || state.text(8) != nil || state.isNone(8)
        else { throw .malformed("state of a proxy") }
        return PyroProxy(
            uri,
            oneway: oneway,
            methods: methods,
            attributes: attributes,
            handshake: handshake,
            hmacKey: state.bytes(5),
            serializer: state.text(8)
        )
    }

    private static func names(_ value: PythonValue?) -> [String]? {
        guard case .set(let items) = value else { return nil }
        var names: [String] = []
        for item in items {
            guard case .str(let name) = item else { return nil }
            names.append(name)
        }
        return names
    }
}
