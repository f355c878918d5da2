internal import Devices
internal import Threads

/// What keeps devices from being used, as their drivers report it.
final class DeviceProblems: Sendable {
    struct Problem: Sendable {
        let text: String
        /// Since when, in seconds since 1970.
        let time: Double
    }

    private let problems = Monitor<[String: Problem]>([:])

    /// - Parameter problem: nil if the device can be used again.
    func note(_ problem: String?, of id: String) {
        problems.withLock { problems in
            let time = problems[id]?.time ?? Timestamp.now
            problems[id] = problem.map { Problem(text: $0, time: time) }
        }
    }

    subscript(id: String) -> Problem? { problems.withLock { $0[id] } }
}
