internal import Pickle

extension PyroURI {
    /// A URI by its five parts: scheme, object, Unix socket, host and port.
    init(state: [PythonValue]) throws(SerializerError) {
        guard state.count == 5, case .str(let scheme) = state[0] else { throw .malformed("invalid uri") }
        let object = try Self.object(state[1], isNames: scheme == "PYROMETA")
        switch (state[2], state[3], state[4]) {
        case (.none, .str(let host), .int(let port)):
            self.init(scheme: scheme, object: object, location: .tcp(host: host, port: port))
        case (.str(let path), .none, .none): self.init(scheme: scheme, object: object, location: .unix(path: path))
        case (.none, .none, .none): self.init(scheme: scheme, object: object, location: nil)
        default: throw .malformed("invalid uri (location)")
        }
    }

    /// The object, or the names to look for, of which Pyro keeps a set.
    private static func object(_ value: PythonValue, isNames: Bool) throws(SerializerError) -> String {
        if case .str(let object) = value { return object }
        guard isNames else { throw .malformed("invalid uri") }
        return try [String](value).sorted().joined(separator: ",")
    }
}

extension PyroProxy {
    /// A proxy by its nine parts, of which older versions of Pyro leave out the last.
    init(state: [PythonValue]) throws(SerializerError) {
        guard state.count >= 7, case .str(let text) = state[0], let uri = PyroURI(text) else {
            throw .malformed("invalid proxy")
        }
        self.init(
            uri,
            oneway: try [String](state[1]),
            methods: try [String](state[2]),
            attributes: try [String](state[3]),
            handshake: state[6],
            hmacKey: try Self.key(state[5]),
            serializer: try state.count < 9 ? nil : Self.serializer(state[8])
        )
    }

    private static func key(_ value: PythonValue) throws(SerializerError) -> Bytes? {
        if case .none = value { return nil }
        let prefix = ClassDictionary.keyPrefix
        guard case .str(let text) = value, text.hasPrefix(prefix),
            let key = Base64.decoded(text.dropFirst(prefix.count))
        else { throw .malformed("hmac encoding error") }
        return Bytes(key)
    }

    private static func serializer(_ value: PythonValue) throws(SerializerError) -> String? {
        switch value {
        case .none: nil
        case .str(let name): name
        default: throw .malformed("the serializer of a proxy must be a str")
        }
    }
}

extension [String] {
    /// The names in a collection from the wire.
    fileprivate init(_ value: PythonValue) throws(SerializerError) {
        switch value {
        case .tuple(let items), .list(let items), .set(let items):
            self = try items.map { item throws(SerializerError) in
                guard case .str(let name) = item else { throw .malformed("the names in a URI or proxy must be str") }
                return name
            }
        default: throw .malformed("the names in a URI or proxy must be a collection")
        }
    }
}
