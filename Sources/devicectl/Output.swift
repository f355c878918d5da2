import Devices
import Glibc

/// The program's output.
enum Output {
    /// Writes a line to standard error.
    static func note(_ text: String) { write("\(text)\n", to: STDERR_FILENO) }

    /// Overwrites the current line on standard error.
    static func overwrite(_ text: String) { write("\r\u{1B}[K\(text)", to: STDERR_FILENO) }

    /// Whether standard error is a terminal.
    static var isWatched: Bool { isatty(STDERR_FILENO) != 0 }

    /// Prints a line and flushes, also into a pipe.
    static func line(_ text: String) {
        print(text)
        fflush(nil)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    /// Prints rows with aligned columns.
    static func table(_ rows: [[String]]) {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        for row in rows {
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            print(cells.joined(separator: "  "))
        }
    }
}

/// A progress line on a terminal.
struct ProgressLine: Sendable {
    private let total: Int?
    private var last: ContinuousClock.Instant?

    private static let (interval, width) = (Duration.milliseconds(200), 24)

    init(of total: Int?) { self.total = total }

    /// Shows the progress, at most five times a second, and only on a terminal.
    mutating func show(_ tally: Tally, lost: Int) {
        guard Output.isWatched, last.map({ .now - $0 >= Self.interval }) ?? true else { return }
        last = .now
        var tally = tally
        tally.lost = lost
        Output.overwrite(bar(tally.count) + tally.line)
    }

    mutating func clear() {
        if last != nil { Output.overwrite("") }
    }

    private func bar(_ count: Int) -> String {
        guard let total else { return "" }
        let filled = min(Self.width, count * Self.width / max(1, total))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
        return "[\(bar)] \(count * 100 / max(1, total)) %  "
    }
}

/// The local time of day: `09:41:48.570`.
enum ClockTime {
    static var now: String {
        let time = Timestamp.now
        var seconds = time_t(time)
        var parts = unsafe tm()
        unsafe localtime_r(&seconds, &parts)
        let milliseconds = Int((time - Double(seconds)) * 1000)
        let clock = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec].map { digits(Int($0), 2) }.joined(separator: ":")
        return "\(clock).\(digits(min(milliseconds, 999), 3))"
    }

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
