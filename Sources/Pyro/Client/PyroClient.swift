public import Pickle
internal import Threads

/// A client of one Pyro object, which connects when it is first needed and again after a connection was lost.
///
/// Calls block; those of several threads take turns. Nothing is repeated by itself: a call whose connection ends
/// throws, and the next one connects anew.
public final class PyroClient: Sendable {
    public let uri: PyroURI
    private let options: ClientOptions
    private let channel = Monitor<Channel?>(nil)

    public init(_ uri: PyroURI, options: ClientOptions = ClientOptions()) {
        self.uri = uri
        self.options = options
    }

    /// What the object offers, asked for on connecting.
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
        try connected { try $0.call(self.call("__getattr__", [.str(attribute)], nil)) }
    }

    public func set(_ attribute: String, to value: PythonValue) throws {
        _ = try connected { try $0.call(self.call("__setattr__", [.str(attribute), value], nil)) }
    }

    /// Calls a method and does not wait: returns when the call has been handed to the system.
    public func send(_ method: String, _ arguments: [PythonValue] = []) throws {
        try connected { try $0.send(self.call(method, arguments, [:]), .oneway) }
    }

    /// Calls a method as a oneway batch of one: as ``send(_:_:)``, but a Pyro4 server carries it out in the order of
    /// the connection and on the connection's own thread, instead of starting one for it.
    public func sendInOrder(_ method: String, _ arguments: [PythonValue] = []) throws {
        let batched = PythonValue.tuple([.str(method), .tuple(arguments), .dict([:])])
        try connected { try $0.send(self.call("<batch>", [batched], nil), [.oneway, .batch]) }
    }

    /// Asks whether the server answers, with a message of that many bytes, which it reads and throws away.
    public func ping(carrying count: Int = 0) throws { try connected { try $0.ping(carrying: count) } }

    /// Whether the server is on this machine; connects, if it is not connected.
    public var isLocal: Bool {
        get throws { try connected { $0.isLocal } }
    }

    /// Whether there is a connection, and its server has not ended it, as far as can be known without asking.
    public var isConnected: Bool { channel.withLock { $0?.isOpen ?? false } }

    /// The address at this end, by which the server sees the client; connects, if it is not connected.
    public var localEndpoint: Endpoint? {
        get throws { try connected { $0.localEndpoint } }
    }

    /// Ends the connection, if there is one; the next call makes another.
    public func close() { channel.withLock { $0 = nil } }

    private func call(_ method: String, _ arguments: [PythonValue], _ keywords: PythonDictionary?) -> WireCall {
        WireCall(object: uri.object, method: method, arguments: arguments, keywords: keywords)
    }

    private func connected<Result>(_ body: (Channel) throws -> Result) throws -> Result {
        try channel.withLock { channel in
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

/// How a client connects and calls.
public struct ClientOptions: Sendable {
    public var wire = WireOptions()
    public var serializer = SerializerID.pickle
    /// How long connecting and the handshake may take together.
    public var connectLimit = Duration.seconds(10)
    /// How long a reply may take, and how long a message may take to be accepted; nil for as long as it takes.
    public var callLimit: Duration?
    /// What the server is told on connecting.
    public var handshake: PythonValue = "hello"
    /// The congestion control to ask the system for, such as `reno`; nil for the system's own.
    public var congestionControl: String?
    /// How many bytes the system shall take before a write has to wait; nil for as many as it likes.
    public var sendBuffer: Int32?

    public init() {}
}

/// Why a call did not reach the object, or its result did not come back.
public enum ClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No connection came about: no such host, nobody listens, no answer in time.
    case unreachable(String)
    /// The server does not want this client, or does not know the object.
    case rejected(String)
    /// The connection ended. Whether a call that was under way has been carried out is not known.
    case lost(String)
    /// No reply within the limit; the connection is closed.
    case timedOut
    /// What came back was no answer to what was asked.
    case outOfStep(String)
    /// The URI has no place in it, such as one that a name server would have to look up.
    case noPlace(String)

    public var description: String {
        switch self {
        case .unreachable(let text): text
        case .rejected(let text): "connection rejected: \(text)"
        case .lost(let text): "connection lost: \(text)"
        case .timedOut: "no reply within the limit"
        case .outOfStep(let text): text
        case .noPlace(let uri): "'\(uri)' does not say where the object is"
        }
    }
}
