internal import Devices
internal import Glibc
internal import Threads

/// Tells systemd how the server is, for as long as it runs.
struct ServiceReport: Sendable {
    private let service: ServiceNotifier
    private let attendance: Attendance
    private let patience: Duration

    /// - Parameter patience: after how long the server counts as started though a device is still being looked for.
    init(to service: ServiceNotifier, on attendance: Attendance, patience: Duration = .seconds(30)) {
        (self.service, self.attendance, self.patience) = (service, attendance, patience)
    }

    /// Reports until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await tellChanges() }
            group.addTask { await showLife() }
            group.addTask {
                try? await Task.sleep(for: patience)
                attendance.endWait()
            }
        }
    }

    func tellEnd() { service.tell("STOPPING=1", "STATUS=shutting down, light sources first") }

    private func tellChanges() async {
        var isReady = false
        for await _ in attendance.changes {
            service.tell("STATUS=\(attendance.summary)")
            while !isReady, attendance.isSettled, !Task.isCancelled {
                isReady = service.tell("READY=1")
                // Without it systemd would end the server, so it is told again when its queue was full.
                if !isReady { try? await Task.sleep(for: .milliseconds(100)) }
            }
        }
    }

    /// Runs among the tasks that keep the workers, so that it ends with them should they come to a standstill.
    private func showLife() async {
        guard let limit = service.watchdogLimit else { return }
        while !Task.isCancelled {
            service.tell("WATCHDOG=1")
            try? await Task.sleep(for: limit / 2)
        }
    }
}

/// Which definitions are served, for whoever wants to know when that changes, and why others are not.
final class Attendance: Sendable {
    enum Presence: Sendable {
        /// Nobody knows yet: it is being opened for the first time.
        case awaited
        case served
        /// It could not be opened, or its worker has ended; it is tried again.
        case missing
    }

    private struct State {
        var presences: [String: Presence] = [:]
        var failures: [String: Failure] = [:]
        /// When the log last got the reason.
        var tellTimes: [String: Double] = [:]
        var isWaitOver = false
    }

    private let state = Monitor(State())
    /// Comes after each change, and once at the start.
    let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation

    init() {
        (changes, changed) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        changed.yield()
    }

    func add(_ name: String) { change { $0.presences[name] = .awaited } }

    /// Tells of a definition that has been added; another one is no more, and does not count.
    func note(_ name: String, _ presence: Presence) {
        change { state in
            guard state.presences[name] != nil else { return }
            state.presences[name] = presence
            guard presence == .served, state.failures[name]?.recoveryTime == nil else { return }
            state.failures[name]?.recoveryTime = Timestamp.now
        }
    }

    /// How often a reason that stays the same is told again.
    private static let reminderInterval = 3600.0

    /// Tells why a definition is missing.
    ///
    /// - Parameter delay: after how long it is tried again.
    /// - Returns: whether that is to be logged: it is new, or has not been told for an hour.
    func fail(_ name: String, _ reason: String, retryIn delay: Duration = .zero, at now: Double = Timestamp.now) -> Bool
    {
        defer { changed.yield() }
        return state.update { state in
            guard state.presences[name] != nil else { return true }
            state.presences[name] = .missing
            let last = state.failures[name]
            let retryTime = delay == .zero ? nil : now + delay / .seconds(1)
            state.failures[name] = Failure(reason: reason, time: now, retryTime: retryTime)
            if let last, last.reason == reason, last.recoveryTime == nil, let time = state.tellTimes[name],
                time <= now, now < time + Self.reminderInterval
            {
                return false
            }
            state.tellTimes[name] = now
            return true
        }
    }

    /// Why a definition was last missing; nil if it never was.
    func failure(of name: String) -> Failure? { state.withLock { $0.failures[name] } }

    func remove(_ name: String) {
        change { state in
            state.presences[name] = nil
            state.failures[name] = nil
            state.tellTimes[name] = nil
        }
    }

    /// Takes those that are still awaited for missing, as far as ``isSettled`` is concerned.
    func endWait() { change { $0.isWaitOver = true } }

    private func change(_ body: (inout State) -> Void) {
        state.update(body)
        changed.yield()
    }

    /// Whether every definition has been served or has failed at least once, or nobody waits for that any more.
    var isSettled: Bool {
        state.withLock { state in state.isWaitOver || !state.presences.values.contains(.awaited) }
    }

    /// Waits until it is known whether a definition is served; nil when the limit has passed before, or it is no more.
    func presence(of name: String, within limit: Duration) -> Presence? {
        let presence: Presence?? = state.wait(within: limit) { state in
            let presence = state.presences[name]
            return presence == .awaited ? nil : .some(presence)
        }
        return presence ?? nil
    }

    /// How many are served and which are not: `2 of 3 definitions are served; not: RedCamera`.
    var summary: String {
        let presences = state.withLock(\.presences)
        let absent = presences.filter { $0.value != .served }.keys.sorted()
        let count = "\(presences.count - absent.count) of \(presences.count) definitions are served"
        return absent.isEmpty ? count : "\(count); not: \(absent.joined(separator: ", "))"
    }
}

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
