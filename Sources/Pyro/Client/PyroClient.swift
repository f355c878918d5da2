public import Pickle
internal import Platform

/// A client of one Pyro object.
///
/// It connects at the first call, and again after a connection was lost.
///
/// Calls block, and the calls of several threads take turns. No call is repeated: a call whose connection ends throws,
/// and the next call connects again.
public final class PyroClient: Sendable {
    public let uri: PyroURI
    private let options: ClientOptions
    private let channel = Lock<Channel?>(nil)

    public init(_ uri: PyroURI, options: ClientOptions = ClientOptions()) {
        self.uri = uri
        self.options = options
    }

    /// The object's methods and attributes, as received on connecting.
    public var metadata: ObjectMetadata {
        get throws { try connected { $0.metadata } }
    }

    /// Calls a method and waits for its result.
    ///
    /// - Throws: ``ClientError``, or the `PythonException` that the method raised.
    public func call(
        _ method: String,
        _ arguments: [PythonValue] = [],
        keywords: PythonDictionary = [:]
    ) throws -> PythonValue {
        try connected { try $0.call(self.call(method, arguments, keywords)) }
    }

    public func get(_ attribute: String) throws -> PythonValue {
        try connected { try $0.call(self.call("__getattr__", [.str(attribute)])) }
    }

    public func set(_ attribute: String, to value: PythonValue) throws {
        _ = try connected { try $0.call(self.call("__setattr__", [.str(attribute), value])) }
    }

    /// Sends a oneway call.
    ///
    /// Returns as soon as the system has accepted the message.
    public func send(_ method: String, _ arguments: [PythonValue] = []) throws {
        try connected { try $0.send(self.call(method, arguments), .oneway) }
    }

    /// Sends a oneway batch with one call.
    ///
    /// Unlike with ``send(_:_:)``, a Pyro4 server carries out such calls in the order in which they were sent and on
    /// the connection's thread, instead of starting a thread for each.
    public func sendInOrder(_ method: String, _ arguments: [PythonValue] = []) throws {
        let batched = PythonValue.tuple([.str(method), .tuple(arguments), .dict([:])])
        try connected { try $0.send(self.call("<batch>", [batched]), [.oneway, .batch]) }
    }

    /// Checks that the server answers, with a message of this many bytes, which the server discards.
    public func ping(carrying count: Int = 0) throws { try connected { try $0.ping(carrying: count) } }

    /// Whether the server runs on this machine.
    ///
    /// Connects if necessary.
    public var isLocal: Bool {
        get throws { try connected { $0.isLocal } }
    }

    /// Whether there is an open connection, as far as can be known without sending anything.
    public var isConnected: Bool { channel.confined { $0?.isOpen ?? false } }

    /// This client's address as the server sees it.
    ///
    /// Connects if necessary.
    public var localEndpoint: Endpoint? {
        get throws { try connected { $0.localEndpoint } }
    }

    /// Ends the connection, if there is one.
    ///
    /// The next call connects again.
    public func close() { channel.confined { $0 = nil } }

    private func call(
        _ method: String,
        _ arguments: [PythonValue],
        _ keywords: PythonDictionary = [:]
    ) -> WireCall {
        WireCall(object: uri.object, method: method, arguments: CallArguments(arguments, keywords: keywords))
    }

    private func connected<Result: Sendable>(_ body: @Sendable (Channel) throws -> Result) throws -> Result {
        try channel.confined { channel in
            do {
                let open = try channel.flatMap { $0.isOpen ? $0 : nil } ?? Channel(uri, options)
                channel = open
                return try body(open)
            } catch let error as ClientError {
                channel = nil
                throw error
            } catch let error as MessageError {
                channel = nil
                throw ClientError(error)
            }
        }
    }
}

extension ClientError {
    fileprivate init(_ error: MessageError) {
        self =
            switch error {
            case .timedOut: .timedOut
            case .unexpectedSSL: .outOfStep(error.description)
            default: .lost(error.description)
            }
    }
}

/// The options of a client.
public struct ClientOptions: Sendable {
    public var wire = WireOptions()
    public var serializer = SerializerID.pickle
    /// The time limit for connecting and the handshake together.
    public var connectLimit = Duration.seconds(10)
    /// The time limit for a reply, and for sending a message.
    ///
    /// Nil for no limit.
    public var callLimit: Duration?
    /// The handshake data that the server receives on connecting.
    public var handshake: PythonValue = "hello"
    /// The TCP congestion control, such as `reno`.
    ///
    /// Nil for the system's default.
    public var congestionControl: String?
    /// The size of the send buffer in bytes.
    ///
    /// Nil for the system's default.
    public var sendBuffer: Int32?

    public init() {}
}

/// The reason why a call did not reach its object or its result did not arrive.
public enum ClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no connection: the host is unknown, no server listens, or there was no answer in time.
    case unreachable(String)
    /// The server refuses this client or does not know the object.
    case rejected(String)
    /// The connection ended. It is unknown whether a call in progress was carried out.
    case lost(String)
    /// No reply arrived within the limit. The connection is closed.
    case timedOut
    /// The answer does not belong to the request.
    case outOfStep(String)
    /// The URI contains no address; a name server would have to resolve it.
    case noPlace(String)

    public var description: String {
        switch self {
        case .unreachable(let text): text
        case .rejected(let text): "connection rejected: \(text)"
        case .lost(let text): "connection lost: \(text)"
        case .timedOut: "no reply within the time limit"
        case .outOfStep(let text): text
        case .noPlace(let uri): "'\(uri)' contains no address"
        }
    }
}
