internal import Logging

/// Holds back messages that repeat the one before, and tells from time to time how many they were.
struct RepeatFilter {
    /// What to write.
    struct Verdict: Equatable {
        /// How often the message before was repeated since that was last told; 0 when there is nothing to tell.
        var repeats = 0
        var isNew: Bool
    }

    private var last: (level: Logger.Level, message: String)?
    private var held = 0
    private var reportTime = 0
    private var interval = Self.firstInterval

    private static let firstInterval = 1000
    private static let longestInterval = 3_600_000

    /// The level of the message that is being repeated.
    var level: Logger.Level { last?.level ?? .info }

    mutating func verdict(_ level: Logger.Level, _ message: String, at time: LogTime) -> Verdict {
        let now = time.millisecondsSince1970
        guard let last, last == (level, message) else {
            let verdict = Verdict(repeats: takeHeld(), isNew: true)
            last = (level, message)
            interval = Self.firstInterval
            reportTime = now + interval
            return verdict
        }
        held += 1
        // The second comparison is for a clock that somebody has set back.
        guard now >= reportTime || now < reportTime - interval else { return Verdict(isNew: false) }
        interval = min(interval * 10, Self.longestInterval)
        reportTime = now + interval
        return Verdict(repeats: takeHeld(), isNew: false)
    }

    /// How many repeats have not been told, which then counts as told.
    mutating func takeHeld() -> Int {
        defer { held = 0 }
        return held
    }
}
