/// A connection to the avahi daemon, for one thread.
///
/// Messages of the daemon arrive while ``iterate(within:)`` runs, and at no other time.
// Why unchecked: only the thread that made it uses it, but for `wake()`, which other threads may call.
@safe public final class AvahiClient: @unchecked Sendable {
    public enum State: Int32, Sendable {
        /// The daemon is still checking that no other computer has this host name.
        case registering = 1
        case running
        /// Another computer has the same host name, and the daemon is choosing another one.
        case collision
        case failed = 100
        /// The daemon is not running; the client waits for it.
        case connecting
    }

    let functions: AvahiFunctions
    private let poll: OpaquePointer
    private(set) var pointer: OpaquePointer?
    public private(set) var state = State.connecting

    /// Connects over the system's message bus.
    ///
    /// If the daemon is not running, ``state`` stays `connecting` until it is.
    public init() throws(AvahiError) {
        functions = try AvahiFunctions()
        guard let poll = unsafe functions.newPoll() else { throw AvahiError("libavahi-client is out of memory") }
        unsafe self.poll = poll
        var status: Int32 = 0
        let client = unsafe functions.newClient(
            functions.poll(poll),
            Self.waitsForDaemon,
            { _, state, context in
                guard let context = unsafe context else { return }
                let client = unsafe Unmanaged<AvahiClient>.fromOpaque(context).takeUnretainedValue()
                client.state = State(rawValue: state) ?? .failed
            },
            Unmanaged.passUnretained(self).toOpaque(),
            &status
        )
        guard let client = unsafe client else { throw .away(functions.text(of: status)) }
        unsafe pointer = client
    }

    deinit {
        // Groups, browsers and resolvers hold their client, so all of them have been freed by now.
        if let pointer = unsafe pointer { unsafe functions.freeClient(pointer) }
        unsafe functions.freePoll(poll)
    }

    /// AVAHI_CLIENT_NO_FAIL.
    private static let waitsForDaemon: Int32 = 2

    /// The name of this computer, without `.local`; nil while it is unknown.
    var hostName: String? {
        unsafe functions.hostName(pointer).map { unsafe String(cString: $0) }
    }

    /// Waits until the daemon has sent a message, a thread has called ``wake()``, or the limit has passed.
    public func iterate(within limit: Duration? = nil) throws(AvahiError) {
        let milliseconds = limit.map { Int32(min(max($0 / .milliseconds(1), 0), 3_600_000)) } ?? -1
        guard unsafe functions.iterate(poll, milliseconds) == 0, state != .failed else { throw .away(lastError) }
    }

    /// Ends the wait in ``iterate(within:)``, or the next one.
    ///
    /// Any thread may call it.
    public func wake() { unsafe functions.wake(poll) }

    /// The library's text for the last refusal.
    var lastError: String { unsafe functions.text(of: functions.lastError(pointer)) }
}

/// An avahi daemon that does not answer, or a request that it refused.
public struct AvahiError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    /// The daemon is not running.
    public static let notRunning = away("it is not running")

    /// The daemon, or the message bus that leads to it, is not running.
    static func away(_ reason: String) -> Self {
        Self(
            """
            the avahi daemon of this computer does not answer (\(reason)): sudo apt install avahi-daemon, or if it is \
            installed, sudo systemctl start avahi-daemon
            """
        )
    }
}
