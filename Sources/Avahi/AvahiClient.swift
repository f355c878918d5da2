/// A connection to the avahi daemon, for one thread.
///
/// What the daemon says comes in while ``iterate(within:)`` runs, and at no other time.
// Why unchecked: only the thread that made it uses it, but for `wake()`, which other threads may call.
@safe public final class AvahiClient: @unchecked Sendable {
    public enum State: Int32, Sendable {
        /// The daemon does not know for sure by which host name this computer goes.
        case registering = 1
        case running
        /// Another computer has the same host name, and the daemon chooses another one.
        case collision
        case failed = 100
        /// The daemon does not run; it is waited for.
        case connecting
    }

    let functions: AvahiFunctions
    private let poll: OpaquePointer
    private(set) var pointer: OpaquePointer?
    public private(set) var state = State.connecting

    /// Connects, by the system's message bus.
    ///
    /// A daemon that does not run is waited for: then ``state`` stays `connecting` until it does.
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

    /// The name of this computer, without `.local`; nil while it is not known.
    var hostName: String? {
        unsafe functions.hostName(pointer).map { unsafe String(cString: $0) }
    }

    /// Waits until the daemon has said something, somebody has called ``wake()``, or the limit has passed.
    public func iterate(within limit: Duration? = nil) throws(AvahiError) {
        let milliseconds = limit.map { Int32(min(max($0 / .milliseconds(1), 0), 3_600_000)) } ?? -1
        guard unsafe functions.iterate(poll, milliseconds) == 0, state != .failed else { throw .away(lastError) }
    }

    /// Ends the wait in ``iterate(within:)``, or the next one; for any thread.
    public func wake() { unsafe functions.wake(poll) }

    /// What the library says of what was refused last.
    var lastError: String { unsafe functions.text(of: functions.lastError(pointer)) }
}

/// Why the avahi daemon could not be asked, or what it refused.
public struct AvahiError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    /// The daemon is not there.
    public static let notRunning = away("it does not run")

    /// The daemon, or the bus by which it is reached, is not there.
    static func away(_ reason: String) -> Self {
        Self(
            """
            the avahi daemon of this computer does not answer (\(reason)): sudo apt install avahi-daemon, or if it is \
            there, sudo systemctl start avahi-daemon
            """
        )
    }
}
