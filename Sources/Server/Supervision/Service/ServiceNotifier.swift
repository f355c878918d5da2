internal import Glibc

/// The line to systemd of a service with `Type=notify`: what sd_notify(3) does, without its library.
struct ServiceNotifier: Sendable {
    private let address: LocalAddress
    /// After how long without a sign of life systemd takes this process for hung; nil if it does not look.
    let watchdogLimit: Duration?

    /// - Parameter variable: a variable of the environment, in which systemd says where it listens.
    init?(_ variable: (String) -> String? = environment) {
        guard let address = variable("NOTIFY_SOCKET").flatMap({ LocalAddress($0) }) else { return nil }
        self.address = address
        let microseconds = variable("WATCHDOG_USEC").flatMap { Int64($0) }
        // A child inherits the variables, though they are not meant for it.
        let isMeant = variable("WATCHDOG_PID").map { $0 == "\(getpid())" } ?? true
        watchdogLimit = microseconds.flatMap { $0 > 0 && isMeant ? .microseconds($0) : nil }
    }

    /// Tells it assignments such as `READY=1`, without waiting; false if they could not be told now.
    @discardableResult
    func tell(_ assignments: String...) -> Bool {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        // A line each, so that none may hold another.
        let lines = assignments.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
        let text = Array(lines.joined(separator: "\n").utf8)
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let sent = unsafe address.withSockaddr { address, length in
            unsafe text.withUnsafeBytes { unsafe sendto(socket, $0.baseAddress, $0.count, flags, address, length) }
        }
        return sent == text.count
    }

    private static func environment(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}
