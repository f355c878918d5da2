/// A `Pyro4.core.Proxy` as it travels: the object's URI and the names of its methods and attributes.
public struct PyroProxy: Sendable, Hashable {
    public var uri: PyroURI
    public var oneway: [String]
    public var methods: [String]
    public var attributes: [String]
    /// The handshake data sent on connecting.
    ///
    /// Pyro's default is the text "hello".
    public var handshake: PythonValue
    public var hmacKey: Bytes?
    /// The serializer chosen for this proxy, if any.
    public var serializer: String?

    public init(
        _ uri: PyroURI,
        oneway: [String] = [],
        methods: [String] = [],
        attributes: [String] = [],
        handshake: PythonValue = "hello",
        hmacKey: Bytes? = nil,
        serializer: String? = nil
    ) {
        self.uri = uri
        self.oneway = oneway
        self.methods = methods
        self.attributes = attributes
        self.handshake = handshake
        self.hmacKey = hmacKey
        self.serializer = serializer
    }
}

/// The pickled states of `Pyro4.core.URI` and `Pyro4.core.Proxy`.
enum PyroState {
    /// The greatest length of a URI's texts in bytes.
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

    /// The tags of a URI `PYROMETA:a,b`, which Pyro keeps as a set.
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
    /// The timeout and the number of retries concern only the sender.
    static func proxy(_ state: ItemTuple, _ budget: inout WorkBudget) throws(PickleError) -> PyroProxy {
        for index in 1...3 {
            if case .set(let names)? = state.value(index) { try budget.walk(names.count) }
        }
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

extension PickleWriter {
    mutating func put(_ uri: PyroURI) throws(PickleError) {
        put("Pyro4.core", "URI")
        try putEmpty(state: uri.state)
    }

    mutating func put(_ proxy: PyroProxy) throws(PickleError) {
        put("Pyro4.core", "Proxy")
        try nest { (writer) throws(PickleError) in try writer.putEmpty(state: proxy.state) }
    }
}

extension PyroURI {
    /// The state `(scheme, object, socket path, host, port)`, the same in all formats.
    package var state: PythonValue {
        // The object of such a URI is a set of tags.
        let object: PythonValue =
            scheme == "PYROMETA"
            ? .set(self.object.split(separator: ",").map { .str(String($0)) }) : .str(self.object)
        return switch location {
        case .tcp(let host, let port): .tuple([.str(scheme), object, .none, .str(host), .int(port)])
        case .unix(let path): .tuple([.str(scheme), object, .str(path), .none, .none])
        case nil: .tuple([.str(scheme), object, .none, .none, .none])
        }
    }
}

extension PyroProxy {
    /// The state `(uri, oneway, methods, attributes, timeout, HMAC key, handshake, retries, serializer)`.
    ///
    /// Receivers use their own timeout and number of retries. The names must be sets.
    fileprivate var state: PythonValue {
        .tuple([
            .uri(uri), Self.set(oneway), Self.set(methods), Self.set(attributes), .float(0),
            hmacKey.map { .bytes($0) } ?? .none, handshake, .int(0), serializer.map { .str($0) } ?? .none,
        ])
    }

    private static func set(_ names: [String]) -> PythonValue { .set(names.map { .str($0) }) }
}
