internal import Devices
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro

/// The connection to a registered client, which knows what the client's machine has not confirmed.
///
/// Used by one thread.
// Why unchecked: only the thread of its subscriber uses it.
final class SubscriberLink: @unchecked Sendable {
    private let client: PyroClient
    private let options: DeliveryOptions
    private let pool: FramePool
    private let log: Logger
    /// For each datum that may not be confirmed yet, the number of bytes sent up to its end.
    private var ends: [Int] = []
    /// The number of ``ends`` at which those that are confirmed are removed.
    private var most = 256

    init(_ uri: PyroURI, _ options: DeliveryOptions, pool: FramePool, log: Logger) {
        client = PyroClient(uri, options: options.client)
        (self.options, self.pool, self.log) = (options, pool, log)
    }

    /// Connects before there is anything to send, so that a client that cannot be reached is logged at once.
    ///
    /// - Returns: whether the client was reached.
    func greet() -> Bool {
        do {
            // Over a network this would take longer than it saves.
            guard options.warmUp > 0, try client.isLocal else {
                _ = try client.metadata
                return true
            }
        } catch {
            log.warning(
                "client \(client.uri.text) cannot be reached, which will be tried again with the first datum: \(error)"
            )
            return false
        }
        do { try client.ping(carrying: options.warmUp) } catch {
            log.debug("client \(client.uri.text) accepts frames, but not a long message before them: \(error)")
        }
        return true
    }

    /// Sends a datum.
    ///
    /// - Throws: `ClientError`, or the exception that the client raised.
    func send(_ datum: Datum) throws {
        // A queue, such as microscope-gui's, takes the datum without the time.
        let isQueue = try client.metadata.methods.contains("put")
        let name = isQueue ? "put" : "receiveData"
        let arguments = isQueue ? [datum.value(pool)] : datum.arguments(pool)
        switch options.method {
        case .batch: try client.sendInOrder(name, arguments)
        case .oneway: try client.send(name, arguments)
        // Its reply confirms it.
        case .reply:
            _ = try client.call(name, arguments)
            return
        }
        noteSent()
    }

    private func noteSent() {
        ends.append(client.written)
        guard ends.count >= most else { return }
        let confirmed = client.acknowledged
        ends.removeAll { $0 <= confirmed }
        most = max(256, 2 * ends.count)
    }

    /// Sends a datum, and returns when the client has taken it.
    ///
    /// A Pyro daemon answers a ping after the calls that came before it on the same connection.
    func prove(with datum: Datum) throws {
        try send(datum)
        try client.ping()
    }

    /// The number of data that were sent on a connection that has ended, and that the client's machine has not confirmed.
    func takeUnconfirmed() -> Int {
        client.abandon()
        let confirmed = client.acknowledged
        defer { ends.removeAll() }
        return ends.count { $0 > confirmed }
    }

    /// Looks whether the connection is there.
    ///
    /// - Throws: if it has ended, or if the client's machine does not answer.
    func check() throws(ClientError) {
        guard client.isConnected else { throw .lost("the client closed the connection") }
        guard client.networkAnswers else { throw .lost("its computer does not answer") }
    }

    enum Reunion {
        case back
        /// Nobody listens at its address.
        case gone
        /// Something answers, but does not take the connection.
        case rejected
        case away
    }

    /// Tries to connect again.
    func reconnect() -> Reunion {
        do {
            _ = try client.metadata
            return .back
        } catch ClientError.refused {
            return .gone
        } catch ClientError.rejected(let reason) {
            // Pyro's words while all threads of the client are busy.
            return reason.contains("no free workers") ? .away : .rejected
        } catch {
            return .away
        }
    }

    func close() { client.close() }
}
