/// Where something stands: the file as it was named, and line and column from 1.
public struct Place: Sendable, Hashable, CustomStringConvertible {
    public let file: String
    /// 0 for what concerns the file as a whole.
    public let line, column: Int

    public init(file: String, line: Int = 0, column: Int = 0) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String { line == 0 ? file : "\(file):\(line):\(column)" }
}

extension Place: Comparable {
    /// In the order of reading.
    public static func < (left: Place, right: Place) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
