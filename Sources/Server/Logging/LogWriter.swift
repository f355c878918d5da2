internal import Glibc
internal import Logging
internal import Platform

/// A writer of the lines of one log, for all threads.
final class LogWriter: Sendable {
    private struct State: ~Copyable {
        var filter = RepeatFilter()
        var file: LogFile?
        /// Whether a failure to write the file was reported.
        var hasComplained = false
    }

    private let name: String
    private let standardError: CInt
    private let isTerminal: Bool
    /// Removes the line of progress that may be where the log line begins.
    private static let clearing = Array("\u{1B}[K".utf8)
    private let clock: @Sendable () -> LogTime
    private let state: Lock<State>

    init(
        name: String,
        file: consuming sending LogFile?,
        standardError: CInt,
        clock: @escaping @Sendable () -> LogTime
    ) {
        self.name = name
        self.standardError = standardError
        isTerminal = isatty(standardError) == 1
        self.clock = clock
        state = Lock(State(file: file))
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

    /// Writes how often the last message was repeated, if that was not written yet.
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
        // An error of standard error cannot be reported anywhere.
        _ = writeAll(isTerminal ? Self.clearing + bytes : bytes, to: standardError)
        do throws(ServerError) {
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

/// A filter that holds back repeats of the previous message, and reports their number from time to time.
struct RepeatFilter {
    /// What to write.
    struct Verdict: Equatable {
        /// The number of repeats of the previous message since the last report; 0 if there is nothing to report.
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
        // The second comparison is for a clock that was set back.
        guard now >= reportTime || now < reportTime - interval else { return Verdict(isNew: false) }
        interval = min(interval * 10, Self.longestInterval)
        reportTime = now + interval
        return Verdict(repeats: takeHeld(), isNew: false)
    }

    /// The number of repeats that were not reported, which then counts as reported.
    mutating func takeHeld() -> Int {
        defer { held = 0 }
        return held
    }
}
