import Devices
import Glibc
import Platform

/// The program's output.
enum Output {
    /// Writes a line to standard error, in the place of a line of progress.
    static func note(_ text: String) {
        write((ProgressLine.isVisible ? "\u{1B}[K" : "") + "\(text)\n", to: STDERR_FILENO)
    }

    /// Writes a line at once, also into a pipe; false if nobody reads it any more.
    @discardableResult
    static func line(_ text: String) -> Bool {
        fflush(nil)
        return write("\(text)\n", to: STDOUT_FILENO)
    }

    @discardableResult
    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
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
