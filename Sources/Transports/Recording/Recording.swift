/// What a ``Recorder`` has written down.
public struct Recording: Sendable, Equatable {
    /// The lines about the device that stand in front of the exchanges, without their marks.
    public let facts: [String]
    public let exchanges: [Exchange]

    /// Reads a recording; of several one after another, in one file, the last.
    ///
    /// - Throws: ``RecordingError`` with the line that makes no sense.
    public init(_ text: String) throws(RecordingError) {
        var (facts, exchanges) = ([String](), [Exchange]())
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("#") {
                if !exchanges.isEmpty { (facts, exchanges) = ([], []) }
                facts.append(String(line.dropFirst().drop { $0 == " " }))
            } else if !line.isEmpty {
                guard let exchange = Exchange(line: String(line)) else {
                    throw RecordingError("line \(index + 1) is no exchange: \(line)")
                }
                exchanges.append(exchange)
            }
        }
        self.facts = facts
        self.exchanges = exchanges
    }

    /// A fact by its first word.
    public func fact(_ word: String) -> String? {
        facts.first { $0.hasPrefix("\(word) ") }.map { String($0.dropFirst(word.count + 1)) }
    }
}

/// A recording that cannot be read, or a program that does something else than what was recorded.
public struct RecordingError: Error, Equatable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
