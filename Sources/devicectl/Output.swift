import Glibc

/// What the program says.
enum Output {
    /// Writes a line to standard error.
    static func note(_ text: String) { write("\(text)\n", to: STDERR_FILENO) }

    /// Writes to standard error as it is, for a line that is written over and over.
    static func overwrite(_ text: String) { write("\r\u{1B}[K\(text)", to: STDERR_FILENO) }

    /// Whether standard error is read by a person, as far as can be told.
    static var isWatched: Bool { isatty(STDERR_FILENO) != 0 }

    /// Prints a line at once, also into a pipe.
    static func line(_ text: String) {
        print(text)
        fflush(nil)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    /// Prints rows with their columns one below the other.
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
