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
