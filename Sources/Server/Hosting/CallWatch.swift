internal import Devices
internal import Glibc
internal import Threads

/// The call that a host's devices are in the middle of, for those that are not: a driver, or the vendor's library below
/// it, may never come back from one.
final class Occupation: Sendable {
    struct Act: Sendable {
        /// The number of the object that was called.
        let object: Int
        /// The method or the attribute.
        let name: String
        /// What it is about, such as the name of a setting.
        let subject: String?
        fileprivate let begin: Double
        fileprivate var isOverdue = false

        /// As a call in Python, without what comes after the subject.
        var text: String { subject.map { "\(name)(\($0.prefix(64).debugDescription))" } ?? name }
    }

    /// How long a call takes at most that is not worth a word.
    static let patience = Duration.seconds(5)

    private let act = Monitor<Act?>(nil)

    func begin(_ name: String, on subject: String? = nil, of object: Int) {
        let begin = Self.now
        act.withLock { $0 = Act(object: object, name: name, subject: subject, begin: begin) }
    }

    /// - Returns: the call and how long it took, if it was overdue.
    func end() -> (act: Act, duration: Duration)? {
        act.withLock { act in
            defer { act = nil }
            return act.flatMap { $0.isOverdue ? ($0, .seconds(Self.now - $0.begin)) : nil }
        }
    }

    /// The call, if it has not come back for too long, for how long, and whether nobody has asked about it since.
    ///
    /// - Parameter delay: how much later than now that shall be.
    func overdue(in delay: Duration = .zero) -> (act: Act, duration: Duration, isNew: Bool)? {
        act.withLock { act in
            guard let current = act else { return nil }
            let duration = Duration.seconds(Self.now - current.begin) + delay
            guard duration > Self.patience else { return nil }
            act?.isOverdue = true
            return (current, duration, !current.isOverdue)
        }
    }

    /// Seconds of a clock that is exact to some milliseconds, and costs next to nothing to look at for each call.
    private static var now: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
