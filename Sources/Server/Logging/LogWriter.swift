internal import Glibc
internal import Logging
internal import Synchronization

/// Writes the lines of one log, from whatever thread they come.
final class LogWriter: Sendable {
    private struct State: ~Copyable {
        var filter = RepeatFilter()
        var file: LogFile?
        /// Whether it has been said that the file cannot be written.
        var hasComplained = false
    }

    private let name: String
    private let standardError: CInt
    private let clock: @Sendable () -> LogTime
    private let state: Mutex<State>

    init(
        name: String,
        file: consuming sending LogFile?,
        standardError: CInt,
        clock: @escaping @Sendable () -> LogTime
    ) {
        self.name = name
        self.standardError = standardError
        self.clock = clock
        state = Mutex(State(file: file))
    }

    deinit { flush() }

    func write(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) {
        state.withLock { state in
            let time = clock()
            let repeatedLevel = state.filter.level
            let verdict = state.filter.verdict(level, message, at: time)
            if verdict.repeats > 0 { writeRepeats(verdict.repeats, repeatedLevel, time, &state) }
            if verdict.isNew { write(line(level, message, metadata, time), time, &state) }
        }
    }

    /// Tells how often the last message was repeated, if that has not been told.
    func flush() {
        state.withLock { state in
            let repeats = state.filter.takeHeld()
            if repeats > 0 { writeRepeats(repeats, state.filter.level, clock(), &state) }
        }
    }

    private func writeRepeats(_ count: Int, _ level: Logger.Level, _ time: LogTime, _ state: inout State) {
        let times = count == 1 ? "once" : "\(count) times"
        write(line(level, "last message repeated \(times)", [:], time), time, &state)
    }

    private func write(_ line: LogLine, _ time: LogTime, _ state: inout State) {
        let bytes = Array(line.text.utf8)
        // Where nobody can be told of it, an error is of no use.
        _ = writeAll(bytes, to: standardError)
        do throws(LogFileError) {
            try state.file?.append(bytes)
            state.hasComplained = false
        } catch {
            if state.hasComplained { return }
            state.hasComplained = true
            let complaint = self.line(.error, "\(error); logging goes on to standard error only", [:], time)
            _ = writeAll(Array(complaint.text.utf8), to: standardError)
        }
    }

    private func line(
        _ level: Logger.Level,
        _ message: String,
        _ metadata: Logger.Metadata,
        _ time: LogTime
    ) -> LogLine {
        LogLine(level, message, metadata, name: name, process: getpid(), time: time)
    }
}

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
