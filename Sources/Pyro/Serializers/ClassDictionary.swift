package import Pickle

/// Dictionaries with a key `__class__`, the form of objects in all formats except pickle.
enum ClassDictionary {
    static let nameKey: PythonValue = "__class__"
    /// Serpent's name for NaN, which has no literal.
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

    /// The prefix of a key in a proxy's state.
    static let keyPrefix = "b64:"
    // Receivers use their own configuration for these two.
    private static let noTimeout = 0.0
    private static let noRetries = 0

    private static func names(_ names: [String]) -> PythonValue { .tuple(names.map { .str($0) }) }

    /// The exception, or a RuntimeError with its name in the text if receivers would refuse its class.
    private static func acceptable(_ error: PythonException) -> PythonException {
        guard ExceptionNames.type(error.type.description) == nil else { return error }
        let type = PythonClass("builtins", "RuntimeError")
        return PythonException(type, [.str(error.description)], attributes: error.attributes)
    }
}

/// A converter of the dictionaries with a class in a decoded value into objects.
///
/// As in Pyro4, the contents of such an object are not converted, even if they contain dictionaries with a class.
struct ObjectReader {
    let unknownClasses: UnknownClasses

    func restored(_ value: PythonValue) throws(SerializerError) -> PythonValue {
        switch value {
        case .list(let items): .list(try restored(items))
        case .tuple(let items): .tuple(try restored(items))
        case .set(let items): .set(try restored(items))
        case .dict(let dictionary): try restored(dictionary)
        default: value
        }
    }

    private func restored(_ items: [PythonValue]) throws(SerializerError) -> [PythonValue] {
        var result: [PythonValue] = []
        result.reserveCapacity(items.count)
        for item in items { result.append(try restored(item)) }
        return result
    }

    private func restored(_ dictionary: PythonDictionary) throws(SerializerError) -> PythonValue {
        if let name = dictionary[ClassDictionary.nameKey] { return try object(name, dictionary) }
        var result = dictionary
        for (key, value) in dictionary.pairs { result[key] = try restored(value) }
        return .dict(result)
    }

    private func object(_ name: PythonValue, _ dictionary: PythonDictionary) throws(SerializerError) -> PythonValue {
        guard case .str(let name) = name else { throw .malformed("the name of a class must be a str") }
        if name.contains("__") {
            let problem = "refused to deserialize types with double underscores in their name: \(name)"
            throw SerializerError(.forbiddenClass, problem)
        }
        return switch name {
        case ClassDictionary.floatName: .float(try float(dictionary))
        case ClassDictionary.uriName: .uri(try PyroURI(state: items("state", of: dictionary)))
        case ClassDictionary.proxyName: .proxy(try PyroProxy(state: items("state", of: dictionary)))
        case ClassDictionary.failedCallName: .failedCall(try failure(dictionary))
        default: try exception(name, dictionary)
        }
    }

    private func float(_ dictionary: PythonDictionary) throws(SerializerError) -> Double {
        guard dictionary["value"] == "nan" else { throw .malformed("could not convert to float") }
        return .nan
    }

    private func failure(_ dictionary: PythonDictionary) throws(SerializerError) -> PythonException {
        guard let inner = dictionary["exception"], case .exception(let error) = try restored(inner) else {
            throw .malformed("the exception of a failed call is missing")
        }
        return error
    }

    private func exception(_ name: String, _ dictionary: PythonDictionary) throws(SerializerError) -> PythonValue {
        guard dictionary["__exception__"] == true else { throw unsupported(name) }
        let arguments = try items("args", of: dictionary)
        var attributes = PythonDictionary()
        if case .dict(let dictionary)? = dictionary["attributes"] { attributes = dictionary }
        if let type = ExceptionNames.type(name) {
            return .exception(PythonException(type, arguments, attributes: attributes))
        }
        guard unknownClasses == .opaque else { throw unsupported(name) }
        let type = ExceptionNames.parts(name)
        return .opaque(OpaqueObject(type, arguments: arguments, state: [.dict(attributes)]))
    }

    private func unsupported(_ name: String) -> SerializerError {
        SerializerError(.unsupportedClass, "unsupported serialized class: \(name)")
    }

    private func items(_ key: String, of dictionary: PythonDictionary) throws(SerializerError) -> [PythonValue] {
        switch dictionary[.str(key)] {
        case .tuple(let items)?, .list(let items)?: items
        default: throw .malformed("the \(key) of an object must be a tuple or a list")
        }
    }
}

extension PyroURI {
    /// Reads the five parts of a URI: scheme, object, Unix socket, host and port.
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

    /// The object, or the tags, which Pyro keeps as a set.
    private static func object(_ value: PythonValue, isNames: Bool) throws(SerializerError) -> String {
        if case .str(let object) = value { return object }
        guard isNames else { throw .malformed("invalid uri") }
        return try [String](value).sorted().joined(separator: ",")
    }
}

extension PyroProxy {
    /// Reads the nine parts of a proxy.
    ///
    /// Older versions of Pyro omit the last ones.
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
    /// Reads a collection of names.
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

/// The exception classes that Pyro4 accepts in dictionaries.
enum ExceptionNames {
    /// The class with this name in a dictionary, or nil if Pyro4 does not accept it.
    static func type(_ name: String) -> PythonClass? {
        let type = parts(name)
        switch type.module {
        // Pyro4's classes take precedence over Python's: TimeoutError.
        case "": return known("Pyro4.errors", type.name) ?? known("builtins", type.name)
        case "builtins", "exceptions": return known("builtins", type.name)
        case "Pyro4.errors": return known(type.module, type.name)
        case "sqlite3": return type.name.hasSuffix("Error") ? type : nil
        default: return nil
        }
    }

    /// Splits a dotted name into module and class.
    static func parts(_ name: String) -> PythonClass {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return PythonClass(parts.dropLast().joined(separator: "."), String(parts.last ?? ""))
    }

    private static func known(_ module: String, _ name: String) -> PythonClass? {
        let type = PythonClass(module, name)
        return classes.contains(type) ? type : nil
    }

    private static let classes = Set(KnownExceptions.classes)
}

extension PythonException {
    /// An exception of the module `Pyro4.errors`.
    package static func pyro(_ name: String, _ message: String) -> PythonException {
        PythonException(PythonClass("Pyro4.errors", name), [.str(message)])
    }

    /// The lines of a Python traceback, without places in the source code.
    package var tracebackLines: [String] {
        let name = type.module == "builtins" ? type.name : "\(type)"
        return ["Traceback (most recent call last):\n", "  in device-server\n", "\(name)\(said)\n"]
    }

    private var said: String {
        switch (arguments.count, arguments.first) {
        // The argument of a KeyError is a key, which Python shows as a literal.
        case (1, .str(let key)?) where type.name == "KeyError": ": '\(key)'"
        case (1, .str(let text)?): text.isEmpty ? "" : ": \(text)"
        case (1, .int(let number)?): ": \(number)"
        case (1, .some(.none)): ": None"
        case (0, _): ""
        default: String(description.dropFirst(type.name.count))
        }
    }

    /// The exception with the lines that `Pyro4.util.getPyroTraceback` shows below the caller's traceback.
    package func traced(_ lines: [String]) -> PythonException {
        var traced = self
        traced.attributes["_pyroTraceback"] = .list(lines.map(PythonValue.str))
        return traced
    }
}
