internal import Devices
internal import Glibc
internal import Platform

/// A set of tasks that report the state to systemd.
struct ServiceReport: Sendable {
    private let service: ServiceNotifier
    private let health: ServiceHealth
    private let patience: Duration

    /// - Parameter patience: the time after which the server counts as started even if a device is still being searched for.
    init(to service: ServiceNotifier, on health: ServiceHealth, patience: Duration = .seconds(30)) {
        (self.service, self.health, self.patience) = (service, health, patience)
    }

    /// Reports until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await reportChanges() }
            group.addTask { await feedWatchdog() }
            group.addTask {
                try? await Task.sleep(for: patience)
                health.endWait()
            }
        }
    }

    func reportEnd() { service.send("STOPPING=1", "STATUS=shutting down, light sources first") }

    private func reportChanges() async {
        var isReady = false
        for await _ in health.changes {
            service.send("STATUS=\(health.summary)")
            while !isReady, health.isSettled, !Task.isCancelled {
                isReady = service.send("READY=1")
                // Without this message systemd would end the server, so it is repeated when the queue was full.
                if !isReady { try? await Task.sleep(for: .milliseconds(100)) }
            }
        }
    }

    /// Runs among the tasks that keep the workers, so that a standstill of these tasks triggers the watchdog.
    private func feedWatchdog() async {
        guard let limit = service.watchdogLimit else { return }
        while !Task.isCancelled {
            service.send("WATCHDOG=1")
            try? await Task.sleep(for: limit / 2)
        }
    }
}

/// The availability of every definition, with the reasons why some are not served, and a stream of changes.
final class ServiceHealth: Sendable {
    enum Availability: Sendable {
        /// The definition is being started, and the outcome is open.
        case awaited
        case served
        /// The devices could not be opened, or the worker has ended; another attempt follows.
        case missing
    }

    private struct State {
        var availabilities: [String: Availability] = [:]
        var failures: [String: ServiceFailure] = [:]
        /// When each reason was last logged.
        var logTimes: [String: Double] = [:]
        var isWaitOver = false
    }

    private let state = Lock(State())
    /// Yields after each change, and once at the start.
    let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation

    init() {
        (changes, changed) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        changed.yield()
    }

    func add(_ name: String) { change { $0.availabilities[name] = .awaited } }

    /// Notes the availability of a definition, unless it has been removed.
    func note(_ name: String, _ availability: Availability) {
        change { state in
            guard state.availabilities[name] != nil else { return }
            state.availabilities[name] = availability
            guard availability == .served, state.failures[name]?.recoveryTime == nil else { return }
            state.failures[name]?.recoveryTime = Timestamp.now
        }
    }

    /// How often a reason that stays the same is logged again.
    private static let reminderInterval = 3600.0

    /// Notes why a definition is missing.
    ///
    /// - Parameter delay: the time until the next attempt.
    /// - Returns: whether to log the reason, which is new or was not logged for an hour.
    func fail(_ name: String, _ reason: String, retryIn delay: Duration = .zero, at now: Double = Timestamp.now) -> Bool
    {
        defer { changed.yield() }
        return state.update { state in
            guard state.availabilities[name] != nil else { return true }
            state.availabilities[name] = .missing
            let last = state.failures[name]
            let retryTime = delay == .zero ? nil : now + delay / .seconds(1)
            state.failures[name] = ServiceFailure(reason: reason, time: now, retryTime: retryTime)
            if let last, last.reason == reason, last.recoveryTime == nil, let time = state.logTimes[name],
                time <= now, now < time + Self.reminderInterval
            {
                return false
            }
            state.logTimes[name] = now
            return true
        }
    }

    /// The last failure of a definition; nil if there was none.
    func failure(of name: String) -> ServiceFailure? { state.withLock { $0.failures[name] } }

    func remove(_ name: String) {
        change { state in
            state.availabilities[name] = nil
            state.failures[name] = nil
            state.logTimes[name] = nil
        }
    }

    /// Lets ``isSettled`` no longer wait for definitions that are being started.
    func endWait() { change { $0.isWaitOver = true } }

    private func change(_ body: (inout State) -> Void) {
        state.update(body)
        changed.yield()
    }

    /// What is still being started, for a line of progress; nil if nothing is.
    var progress: String? {
        let names = state.withLock { $0.availabilities.filter { $0.value == .awaited }.keys.sorted() }
        return names.isEmpty ? nil : "opening \(names.joined(separator: ", "))"
    }

    /// Whether every definition has been served or has failed at least once, or the wait for that is over.
    var isSettled: Bool {
        state.withLock { state in state.isWaitOver || !state.availabilities.values.contains(.awaited) }
    }

    /// Waits until a definition is served or missing; nil if the limit passes before, or the definition is removed.
    func availability(of name: String, within limit: Duration) -> Availability? {
        let availability: Availability?? = state.wait(within: limit) { state in
            let availability = state.availabilities[name]
            return availability == .awaited ? nil : .some(availability)
        }
        return availability ?? nil
    }

    /// A summary for people: `2 of 3 definitions are served; not: RedCamera`.
    var summary: String {
        let availabilities = state.withLock(\.availabilities)
        let absent = availabilities.filter { $0.value != .served }.keys.sorted()
        let count = "\(availabilities.count - absent.count) of \(availabilities.count) definitions are served"
        return absent.isEmpty ? count : "\(count); not: \(absent.joined(separator: ", "))"
    }
}

/// The connection of a service with `Type=notify` to systemd: sd_notify(3) without its library.
struct ServiceNotifier: Sendable {
    private let address: UnixAddress
    /// The time without a heartbeat after which systemd considers this process hung; nil without a watchdog.
    let watchdogLimit: Duration?

    /// - Parameter variable: returns a variable of the environment, where systemd gives its socket.
    init?(_ variable: (String) -> String? = environment) {
        guard let address = variable("NOTIFY_SOCKET").flatMap({ UnixAddress($0) }) else { return nil }
        self.address = address
        let microseconds = variable("WATCHDOG_USEC").flatMap { Int64($0) }
        // Child processes inherit the variables, which are not meant for them.
        let isMeant = variable("WATCHDOG_PID").map { $0 == "\(getpid())" } ?? true
        watchdogLimit = microseconds.flatMap { $0 > 0 && isMeant ? .microseconds($0) : nil }
    }

    /// Sends assignments such as `READY=1` without waiting; false if that was not possible now.
    @discardableResult
    func send(_ assignments: String...) -> Bool {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        // One line each, so that a value cannot contain another assignment.
        let lines = assignments.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
        let text = Array(lines.joined(separator: "\n").utf8)
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let sent = unsafe address.withSockaddr { address, length in
            unsafe text.withUnsafeBytes { unsafe sendto(socket, $0.baseAddress, $0.count, flags, address, length) }
        }
        return sent == text.count
    }

    private static func environment(_ name: String) -> String? {
        Environment[name]
    }
}
