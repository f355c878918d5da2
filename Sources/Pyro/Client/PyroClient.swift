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
    /// How many bytes the other machine had confirmed on the connection that ended last.
    private let confirmed = Lock(0)

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

    /// Whether the network to the server works, as far as the open connection has had reason to notice.
    public var networkAnswers: Bool { channel.confined { $0?.networkAnswers ?? true } }

    /// The number of bytes that were sent on the open connection; zero without one.
    public var written: Int { channel.confined { $0?.written ?? 0 } }

    /// The number of those that the other machine has confirmed; without a connection, of those on the last one.
    public var acknowledged: Int { channel.confined { $0?.acknowledged } ?? confirmed.withLock(\.self) }

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

    /// Ends the connection, if there is one, and drops what the other machine has not confirmed.
    public func abandon() { channel.confined { [confirmed] channel in Self.abandon(&channel, confirmed) } }

    private static func abandon(_ channel: inout Channel?, _ confirmed: Lock<Int>) {
        guard let open = channel else { return }
        open.discardUnsent()
        let count = open.acknowledged
        confirmed.withLock { $0 = count }
        channel = nil
    }

    private func call(
        _ method: String,
        _ arguments: [PythonValue],
        _ keywords: PythonDictionary = [:]
    ) -> WireCall {
        WireCall(object: uri.object, method: method, arguments: CallArguments(arguments, keywords: keywords))
    }

    private func connected<Result: Sendable>(_ body: @Sendable (Channel) throws -> Result) throws -> Result {
        try channel.confined { [options, uri, confirmed] channel in
            func lose() {
                if options.carriesFrames { Self.abandon(&channel, confirmed) } else { channel = nil }
            }
            do {
                if options.carriesFrames, channel?.isOpen == false {
                    throw ClientError.lost("the other end has closed it")
                }
                let open = try channel.flatMap { $0.isOpen ? $0 : nil } ?? Channel(uri, options)
                channel = open
                return try body(open)
            } catch let error as ClientError {
                lose()
                throw error
            } catch let error as MessageError {
                lose()
                throw ClientError(error)
            }
        }
    }
}

extension ClientError {
    init(_ error: MessageError) {
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
    /// The time limit for the handshake alone, during which a machine that does not answer is noticed within seconds.
    ///
    /// Nil if the handshake is part of ``connectLimit``.
    public var handshakeLimit: Duration?
    /// Whether the connection carries frames, which calls overtake, and which nobody wants later if they are not taken
    /// in time.
    ///
    /// The end of such a connection is thrown once, so that what was not confirmed on it can be counted.
    public var carriesFrames = false
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
    /// The TCP congestion control for a server on this machine; nil for ``congestionControl``.
    public var localCongestionControl: String?
    /// The size of the send buffer in bytes, for a server on this machine.
    ///
    /// Nil for the system's default, which follows the network.
    public var sendBuffer: Int32?

    public init() {}

    /// Sets the options of a socket before it connects.
    func prepare(_ socket: Socket, _ isLocal: Bool) {
        // The shortest silence there is, until the handshake has ended.
        if handshakeLimit == nil { socket.tuneForCalls() } else { socket.tuneForCalls(silence: .seconds(4)) }
        let control = isLocal ? localCongestionControl ?? congestionControl : congestionControl
        if let control { socket.useCongestionControl(control) }
        if isLocal, let sendBuffer { socket.makeRoomToSend(sendBuffer) }
        if !isLocal { carriesFrames ? socket.yieldAsBulk() : socket.preferAsCalls() }
    }
}

/// The reason why a call did not reach its object or its result did not arrive.
public enum ClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no connection: the host is unknown, no server listens, or there was no answer in time.
    case unreachable(String)
    /// Nothing listens at the address: the program has ended.
    case refused(String)
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
        case .unreachable(let text), .refused(let text): text
        case .rejected(let text): "connection rejected: \(text)"
        case .lost(let text): "connection lost: \(text)"
        case .timedOut: "no reply within the time limit"
        case .outOfStep(let text): text
        case .noPlace(let uri): "'\(uri)' contains no address"
        }
    }
}
