internal import Devices
internal import Glibc
internal import Platform

/// The record of the call that holds a host's lock, and of those that wait for the end of what they have begun.
///
/// Other threads look at it to detect a hang: a driver, or the vendor's library below it, may never come back.
final class CallWatch: Sendable {
    struct Call: Sendable {
        /// The number of the object that was called.
        let object: Int
        /// The method or the attribute.
        let name: String
        /// The first argument if it is text, such as the name of a setting.
        let subject: String?
        /// The time that its driver allows; see `CallLimits`.
        let limit: Duration
        fileprivate let begin: Double
        fileprivate var isOverdue = false

        /// The call as in Python, without the arguments after the first.
        var text: String { subject.map { "\(name)(\($0.prefix(64).debugDescription))" } ?? name }
    }

    private struct Waits {
        var calls: [Int: (call: String, begin: Double)] = [:]
        var last = 0
    }

    /// The longest time that a call may wait before it is shown.
    static let patience = Duration.seconds(5)

    private let call = Lock<Call?>(nil)
    private let waits = Lock(Waits())

    // MARK: The call that holds the lock

    /// - Parameter limit: the longest time that the call may hold the lock before it is reported.
    func begin(
        _ name: String,
        on subject: String? = nil,
        of object: Int,
        within limit: Duration = CallLimits.usual
    ) {
        let begin = Self.now
        call.withLock { $0 = Call(object: object, name: name, subject: subject, limit: limit, begin: begin) }
    }

    /// - Returns: the call and how long it took, if it was overdue.
    func end() -> (call: Call, duration: Duration)? {
        call.withLock { call in
            defer { call = nil }
            return call.flatMap { $0.isOverdue ? ($0, .seconds(Self.now - $0.begin)) : nil }
        }
    }

    /// The call if it is overdue, how long it has taken so far, and whether it is reported for the first time.
    ///
    /// - Parameter delay: looks this far into the future.
    func overdue(in delay: Duration = .zero) -> (call: Call, duration: Duration, isNew: Bool)? {
        call.withLock { call in
            guard let current = call else { return nil }
            let duration = Duration.seconds(Self.now - current.begin) + delay
            guard duration > current.limit else { return nil }
            call?.isOverdue = true
            return (current, duration, !current.isOverdue)
        }
    }

    // MARK: Calls that wait

    /// - Returns: the number by which the wait is ended.
    func beginWait(for call: String) -> Int {
        let begin = Self.now
        return waits.withLock { waits in
            waits.last += 1
            waits.calls[waits.last] = (call, begin)
            return waits.last
        }
    }

    func endWait(_ number: Int) { waits.withLock { _ = $0.calls.removeValue(forKey: number) } }

    /// The call that has waited the longest, if it has for longer than ``patience``.
    var longestWait: (call: String, duration: Duration)? {
        let now = Self.now
        return waits.withLock { waits in
            guard let oldest = waits.calls.min(by: { $0.value.begin < $1.value.begin })?.value else { return nil }
            let duration = Duration.seconds(now - oldest.begin)
            return duration > Self.patience ? (oldest.call, duration) : nil
        }
    }

    /// Seconds of a clock that is exact to some milliseconds, and cheap enough to be read for each call.
    static var now: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
