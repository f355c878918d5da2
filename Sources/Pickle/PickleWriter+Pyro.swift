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
    /// The state `(scheme, object, socket path, host, port)`, which it travels as in all formats.
    package var state: PythonValue {
        // The names of such a URI are looked for one by one, and kept as a set.
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
    /// Receivers have a timeout and number of retries of their own, and the names must be sets.
    fileprivate var state: PythonValue {
        .tuple([
            .uri(uri), Self.set(oneway), Self.set(methods), Self.set(attributes), .float(0),
            hmacKey.map { .bytes($0) } ?? .none, handshake, .int(0), serializer.map { .str($0) } ?? .none,
        ])
    }

    private static func set(_ names: [String]) -> PythonValue { .set(names.map { .str($0) }) }
}
