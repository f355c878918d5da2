internal import Glibc

/// A line on a terminal that shows what a long wait is for, removed when the wait is over.
///
/// It is written to standard error, and only if that is a terminal: logs and pipes never contain it. The cursor stays at
/// the beginning of the line, so that whatever else is written there takes its place.
public final class ProgressLine: Sendable {
    private struct State {
        var lastTime: ContinuousClock.Instant?
        var isShown = false
        var isOver = false
    }

    /// How often the line changes, and how long a wait may be without one.
    private static let (interval, patience) = (Duration.milliseconds(200), Duration.milliseconds(500))
    private static let clearing = "\r\u{1B}[K"

    /// Whether standard error is a terminal.
    public static var isVisible: Bool { isatty(STDERR_FILENO) == 1 }

    private let state = Lock(State())
    private let isVisible = ProgressLine.isVisible

    /// A line that changes when ``show(_:)`` is called.
    public init() {}

    /// A line that changes by itself from half a second on.
    ///
    /// - Parameter text: makes the text for the time that has passed; nil shows nothing.
    public init(_ text: @escaping @Sendable (_ elapsed: Duration) -> String?) {
        guard isVisible else { return }
        let (state, begin) = (state, ContinuousClock.now)
        // Without a thread there is no line, and the work goes on.
        _ = try? BlockingThread.start("progress") {
            var next = Self.patience
            while state.wait(within: next, { $0.isOver ? true : nil }) == nil {
                next = Self.interval
                Self.write(text(.now - begin), state)
            }
        }
    }

    deinit { end() }

    /// Shows a text, at most five times a second.
    public func show(_ text: @autoclosure () -> String) {
        guard isVisible else { return }
        let isDue = state.withLock { state in
            guard state.lastTime.map({ .now - $0 >= Self.interval }) ?? true else { return false }
            state.lastTime = .now
            return true
        }
        if isDue { Self.write(text(), state) }
    }

    /// Removes the line for good.
    public func end() {
        state.update { state in
            if state.isShown { Self.write(Self.clearing) }
            (state.isShown, state.isOver) = (false, true)
        }
    }

    /// Shows a line that changes by itself while a body runs.
    public static func during<Result>(
        _ text: @escaping @Sendable (_ elapsed: Duration) -> String?,
        _ body: () throws -> Result
    ) rethrows -> Result {
        let line = ProgressLine(text)
        defer { line.end() }
        return try body()
    }

    /// Shows a line that changes by itself while a task waits for a body.
    public static func during<Result>(
        _ text: @escaping @Sendable (_ elapsed: Duration) -> String?,
        isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Result
    ) async rethrows -> Result {
        let line = ProgressLine(text)
        defer { line.end() }
        return try await body()
    }

    /// A bar for a part of a whole: `[######------------------] 25 %`.
    public static func bar(_ part: Double) -> String {
        let width = 24
        let part = part.isFinite ? min(1, max(0, part)) : 0
        let filled = Int(part * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
        return "[\(bar)] \(Int(part * 100)) %"
    }

    private static func write(_ text: String?, _ state: Lock<State>) {
        // Within the lock, so that nothing is shown after the end.
        state.withLock { state in
            guard !state.isOver else { return }
            write(clearing + (text.map { fitted($0) } ?? "") + "\r")
            state.isShown = text != nil
        }
    }

    /// The text without what would begin a second line on the terminal.
    private static func fitted(_ text: String) -> String {
        var size = winsize()
        let isKnown = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 1
        let line = text.map { $0.isNewline ? " " : $0 }
        return String(line.prefix(isKnown ? Int(size.ws_col) - 1 : 79))
    }

    private static func write(_ text: String) {
        _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension Duration {
    /// The time in words for a line of progress: `12 s`, `3 min 20 s`.
    public var inSeconds: String {
        let seconds = components.seconds
        return seconds < 120 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
    }
}
