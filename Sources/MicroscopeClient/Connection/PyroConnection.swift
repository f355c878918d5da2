public import Devices
public import Pickle
public import Pyro

/// An object on a Pyro server, whose members tasks can call without blocking.
///
/// It reconnects after a lost connection, and keeps trying a restarting server for up to
/// ``ConnectionOptions/reconnectLimit``. No call is repeated automatically. Calls of several tasks run side by side, as
/// far as the device allows. All functions throw ``CallFailure``, or `CancellationError` in a cancelled task, whose call
/// may still be carried out.
public final class PyroConnection: Sendable {
    /// The URI that was given.
    public let uri: PyroURI
    let options: ConnectionOptions
    private let queue: CallQueue

    /// An object by its URI; nothing is sent yet.
    public init(to uri: PyroURI, options: ConnectionOptions = ConnectionOptions()) {
        self.uri = uri
        self.options = options
        queue = CallQueue(uri, options)
    }

    /// An object by the text of its URI: `PYRO:RedCamera@scope-pc:8001`, `PYRONAME:RedCamera`, `MDNS:RedCamera`.
    public convenience init(to text: String, options: ConnectionOptions = ConnectionOptions()) throws {
        guard let uri = PyroURI(text), uri.scheme != "PYROMETA" else {
            throw CallFailure(
                text,
                "",
                .malformed("is not a URI such as PYRO:RedCamera@scope-pc:8001, PYRONAME:RedCamera or MDNS:RedCamera")
            )
        }
        self.init(to: uri, options: options)
    }

    /// The names of the object's members.
    public var metadata: ObjectMetadata {
        get async throws { try await run("") { try $0.metadata } }
    }

    /// Calls a method and waits for its result.
    @discardableResult
    public func call(
        _ method: String,
        _ arguments: PythonValue...,
        keywords: PythonDictionary = [:]
    ) async throws -> PythonValue {
        try await call(method, with: arguments, keywords: keywords)
    }

    public func call(
        _ method: String,
        with arguments: [PythonValue],
        keywords: PythonDictionary = [:]
    ) async throws -> PythonValue {
        try await run(Self.shown(method, arguments, keywords)) {
            try $0.call(method, arguments, keywords: keywords)
        }
    }

    /// Calls a method with a result of a known type.
    public func call<Value: PythonConvertible & Sendable>(
        _ method: String,
        _ arguments: PythonValue...,
        as type: Value.Type
    ) async throws -> Value {
        let result = try await call(method, with: arguments)
        return try convert(result, Self.shown(method, arguments, [:]))
    }

    /// The value of an attribute.
    public func get(_ attribute: String) async throws -> PythonValue {
        try await run(attribute) { try $0.get(attribute) }
    }

    /// The value of an attribute of a known type.
    public func get<Value: PythonConvertible & Sendable>(
        _ attribute: String,
        as type: Value.Type
    ) async throws -> Value {
        try convert(try await get(attribute), attribute)
    }

    public func set(_ attribute: String, to value: PythonValue) async throws {
        try await run("\(attribute) = \(value.shown)") { try $0.set(attribute, to: value) }
    }

    private func run<Value: Sendable>(
        _ call: String,
        _ body: @escaping @Sendable (PyroClient) throws -> Value
    ) async throws -> Value {
        do {
            return try await queue.run(body)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw CallFailure(uri.text, call, CallFailure.Cause(error))
        }
    }

    func convert<Value: PythonConvertible>(
        _ value: PythonValue,
        _ call: String,
        as type: Value.Type = Value.self
    ) throws -> Value {
        guard let converted = Value(python: value) else {
            let text = "expected \(Value.pythonName), got \(value.typeName)"
            throw CallFailure(uri.text, call, .unexpected(text))
        }
        return converted
    }

    private static func shown(_ method: String, _ arguments: [PythonValue], _ keywords: PythonDictionary) -> String {
        let named = keywords.pairs.map { "\(String(python: $0.key) ?? $0.key.shown)=\($0.value.shown)" }
        return "\(method)(\((arguments.map(\.shown) + named).joined(separator: ", ")))"
    }
}

extension PyroConnection {
    /// The objects behind the proxies in an attribute, by name: a stage's axes, a controller's devices.
    func parts(_ attribute: String) async throws -> [(name: String, connection: PyroConnection)] {
        let value = try await get(attribute)
        guard case .dict(let parts) = value else {
            throw CallFailure(uri.text, attribute, .unexpected("expected dict, got \(value.typeName)"))
        }
        return try parts.pairs.map { name, part in
            guard case .proxy(let proxy) = part else {
                throw CallFailure(uri.text, attribute, .unexpected("expected Proxy, got \(part.typeName)"))
            }
            // Some python-microscope drivers use integers as names of axes.
            return (String(python: name) ?? name.shown, PyroConnection(to: proxy.uri, options: options))
        }
    }

    func part<Part: RemoteDevice>(_ name: String, of attribute: String, as type: Part.Type) async throws -> Part {
        let parts = try await parts(attribute)
        guard let part = parts.first(where: { $0.name == name }) else {
            let known = parts.map { "'\($0.name)'" }.joined(separator: ", ")
            throw CallFailure(uri.text, "\(attribute)['\(name)']", .unexpected("no such part; parts: \(known)"))
        }
        return try await Part.at(part.connection)
    }
}

/// Options for connecting to devices.
public struct ConnectionOptions: Sendable {
    /// The key that signs messages, if the server uses one.
    public var hmacKey: [UInt8]?
    /// The certificates for servers and name servers that use SSL.
    ///
    /// Receiving frames needs a certificate of our own, with the address that servers send to; the authorities are enough
    /// for everything else.
    public var ssl: SSLContext?
    /// Time limit for connecting.
    public var connectLimit = Duration.seconds(10)
    /// Time limit for a call; nil to wait as long as the device takes, for example a stage on a long move.
    public var callLimit: Duration?
    /// How long to retry a server that was connected before, for example during a restart.
    public var reconnectLimit = Duration.seconds(10)
    /// The name server for URIs without a host, such as `PYRONAME:RedCamera`.
    public var nameServer = NameServer.standardPlace
    /// Whether frames of a server on this machine come in its own memory, instead of on a connection.
    public var sharesMemory = true
    /// The host name or address of this machine for servers to send frames to; nil for the address of the connection.
    public var listenHost: String?
    /// The port for servers to send frames to, shared by all streams; 0 for a free port for each stream.
    public var listenPort = 0

    public init() {}

    /// The same options for Pyro connections.
    var client: ClientOptions {
        var options = ClientOptions()
        options.wire.hmacKey = hmacKey
        options.wire.ssl = ssl
        options.wire.maximumLength = Int(Int32.max)
        options.connectLimit = connectLimit
        options.callLimit = callLimit
        return options
    }
}
