internal import Devices
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
        /// Since when, in seconds since 1970.
        let time = Timestamp.now
        fileprivate let begin = ContinuousClock.now
        fileprivate var isOverdue = false

        /// As a call in Python, without what comes after the subject.
        var text: String { subject.map { "\(name)(\($0.prefix(64).debugDescription))" } ?? name }
    }

    /// How long a call takes at most that is not worth a word.
    static let patience = Duration.seconds(5)

    private let act = Monitor<Act?>(nil)

    func begin(_ name: String, on subject: String? = nil, of object: Int) {
        act.withLock { $0 = Act(object: object, name: name, subject: subject) }
    }

    /// - Returns: the call and how long it took, if it was overdue.
    func end() -> (act: Act, duration: Duration)? {
        act.withLock { act in
            defer { act = nil }
            return act.flatMap { $0.isOverdue ? ($0, .now - $0.begin) : nil }
        }
    }

    /// The call, if it has not come back for too long, and whether nobody has asked about it since.
    func overdue(at now: ContinuousClock.Instant = .now) -> (act: Act, isNew: Bool)? {
        act.withLock { act in
            guard let current = act, now - current.begin > Self.patience else { return nil }
            act?.isOverdue = true
            return (current, !current.isOverdue)
        }
    }
}
