/// Where something stands, in a configuration file or in a program: the file, and line and column from 1.
public struct Place: Sendable, Hashable, CustomStringConvertible {
    public let file: String
    /// 0 for what concerns the file as a whole; in a program, the column is 0.
    public let line, column: Int

    public init(file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String {
        line == 0 ? file : column == 0 ? "\(file):\(line)" : "\(file):\(line):\(column)"
    }

    /// The place as a message at another one calls it: `line 4`, or `Scope/main.swift:4` where that is another file.
    func seen(from other: Place) -> String { file == other.file ? "line \(line)" : "\(file):\(line)" }
}

extension Place: Comparable {
    /// In the order of reading.
    public static func < (left: Place, right: Place) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
