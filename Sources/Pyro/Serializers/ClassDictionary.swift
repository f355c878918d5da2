internal import Pickle

/// The dictionaries with a key `__class__` that objects travel as in all formats but pickle.
enum ClassDictionary {
    static let nameKey: PythonValue = "__class__"
    /// Serpent's name for a number that is none, which has no literal.
    static let floatName = "float"
    static let uriName = "Pyro4.core.URI"
    static let proxyName = "Pyro4.core.Proxy"
    static let failedCallName = "Pyro4.futures._ExceptionWrapper"

    static func of(_ error: PythonException) -> PythonDictionary {
        let error = acceptable(error)
        return [
            "__class__": .str(error.type.description),
            "__exception__": true,
            "args": .tuple(error.arguments),
            "attributes": .dict(error.attributes),
        ]
    }

    static func of(failedCall error: PythonException) -> PythonDictionary {
        ["__class__": .str(failedCallName), "exception": .exception(error)]
    }

    static func of(_ uri: PyroURI) -> PythonDictionary {
        ["__class__": .str(uriName), "state": uri.state]
    }

    static func of(_ proxy: PyroProxy) -> PythonDictionary {
        let state: [PythonValue] = [
            .str(proxy.uri.text),
            names(proxy.oneway),
            names(proxy.methods),
            names(proxy.attributes),
            .float(noTimeout),
            proxy.hmacKey.map { .str(keyPrefix + Base64.encoded($0.array)) } ?? .none,
            proxy.handshake,
            .int(noRetries),
            proxy.serializer.map { .str($0) } ?? .none,
        ]
        return ["__class__": .str(proxyName), "state": .tuple(state)]
    }

    /// What stands before a key in a proxy's state.
    static let keyPrefix = "b64:"
    // Who receives a proxy goes by its own configuration in these two.
    private static let noTimeout = 0.0
    private static let noRetries = 0

    private static func names(_ names: [String]) -> PythonValue { .tuple(names.map { .str($0) }) }

    /// The exception, or one with its name in the text if receivers would refuse its class.
    private static func acceptable(_ error: PythonException) -> PythonException {
        guard ExceptionNames.type(error.type.description) == nil else { return error }
        let type = PythonClass("builtins", "RuntimeError")
        return PythonException(type, [.str(error.description)], attributes: error.attributes)
    }
}
