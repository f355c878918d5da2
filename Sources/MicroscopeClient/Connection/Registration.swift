internal import Devices
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro

/// A listener for a device's data that keeps itself registered with the device, on its own thread.
final class Registration: DataFeed {
    /// Completes when the device knows where to send its data, or with the reason that this failed.
    let ready = Answer<Void>()
    /// Ends when nothing more will arrive.
    let end: Task<Void, Never>
    let way: FrameWay? = .callBack
    private let isStopping = Lock(false)
    private let address: PyroURI
    private let options: ConnectionOptions
    private let sink: DataSink
    private let failed: @Sendable (any Error) -> Void

    /// The longest time until a closed connection or a stop is noticed.
    private static let attention = Duration.milliseconds(200)
    /// The interval of pings: a server whose computer lost power sends nothing.
    private static let pingInterval = Duration.seconds(5)
    private static let answerLimit = Duration.seconds(10)

    /// - Parameter failed: called with an error that retrying cannot fix; nothing arrives after it.
    init(
        _ address: PyroURI,
        _ options: ConnectionOptions,
        to sink: DataSink,
        failed: @escaping @Sendable (any Error) -> Void
    ) {
        self.address = address
        // The registration retries by itself, so that it can be stopped in between.
        var options = options
        options.reconnectLimit = .zero
        self.options = options
        self.sink = sink
        self.failed = failed
        let (closed, closing) = AsyncStream<Void>.makeStream()
        end = Task { for await _ in closed {} }
        BlockingThread.startEventually("data of \(address.object)") { [self] in
            run()
            closing.finish()
        }
    }

    /// Unregisters from the device; returns at once.
    func stop() { isStopping.update { $0 = true } }

    private func run() {
        let link = Link(address, options, callLimit: Self.answerLimit)
        var listener: Listener?
        while !mustStop(within: .zero) {
            do {
                let client = try link.connected()
                let current = try listener ?? Listener(reachedFrom: client, sink, options)
                listener = current
                _ = try client.call("set_client", [.str(current.uri.text)])
                ready.give(.success(()))
                try attend(client)
            } catch {
                ready.give(.failure(error))
                guard link.hasConnected, Self.mayPass(error) else {
                    failed(error)
                    break
                }
                if mustStop(within: Self.attention) { break }
            }
        }
        // A server that is gone has also lost the registration.
        if listener != nil { _ = try? link.current?.call("set_client", [.none]) }
        listener?.stop()
    }

    private func mustStop(within limit: Duration) -> Bool {
        isStopping.wait(within: limit) { $0 ? true : nil } ?? false
    }

    /// Returns when the registration must be ended or renewed.
    private func attend(_ client: PyroClient) throws {
        var nextPing = ContinuousClock.now + Self.pingInterval
        while client.isConnected, !mustStop(within: Self.attention) {
            guard ContinuousClock.now >= nextPing else { continue }
            try client.ping()
            nextPing = .now + Self.pingInterval
        }
    }

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case is ClientError: true
        case let error as CallFailure: if case .address = error.cause { true } else { false }
        default: false
        }
    }
}

/// A Pyro server with one object under an unguessable name, at an address that the device's server can reach.
private final class Listener {
    private let server: PyroServer
    let uri: PyroURI

    init(reachedFrom client: PyroClient, _ sink: DataSink, _ options: ConnectionOptions) throws {
        guard options.ssl?.hasCertificate ?? true else {
            let text = "data are sent with SSL too: this program needs its own certificate to receive them"
            throw CallFailure(client.uri.text, "", .unexpected(text))
        }
        var host = options.listenHost
        if host == nil, case .tcp(let address, _)? = try client.localEndpoint { host = address }
        var limits = ServerOptions()
        limits.wire = options.client.wire
        // One is enough, but a restarted server may connect before its old connection is known to be closed.
        limits.maximumConnections = 8
        server = try PyroServer(
            at: .tcp(host: host ?? "127.0.0.1", port: options.listenPort),
            options: limits,
            log: Logger(label: "client") { _ in SwiftLogNoOpLogHandler() },
            translate: { PythonException("RuntimeError", "\($0)") }
        )
        let name =
            "data_" + String(UInt64.random(in: 0 ... .max), radix: 16)
            + String(UInt64.random(in: 0 ... .max), radix: 16)
        server.register(sink, as: name)
        server.start()
        uri = server.uri(of: name)
    }

    func stop() { server.stop(within: .seconds(1)) }
}

/// The Pyro object that a device sends its data to.
final class DataSink: PyroObject {
    private let take: @Sendable (_ data: PythonValue, _ timestamp: Double) -> Void

    init(_ take: @escaping @Sendable (_ data: PythonValue, _ timestamp: Double) -> Void) { self.take = take }

    let metadata = ObjectMetadata(methods: ["receiveData"])

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        guard method == "receiveData", let data = arguments.positional.first else {
            throw PythonException("TypeError", "expected receiveData(data, timestamp)")
        }
        let timestamp = arguments.positional.dropFirst().first ?? arguments.keywords["timestamp"]
        take(data, timestamp.flatMap(Double.init(python:)) ?? Timestamp.now)
        return .none
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue {
        throw PythonException("AttributeError", "there is no attribute '\(attribute)'")
    }

    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {
        _ = try get(attribute, context)
    }
}
