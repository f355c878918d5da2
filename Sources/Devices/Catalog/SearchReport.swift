/// What came of trying a driver's candidates.
public struct SearchReport: Sendable, Hashable {
    /// How many there are, once they have been counted.
    public var count: Int?
    /// The uids of those that could be opened.
    public var seen: [String] = []
    /// How many another process has.
    public var held = 0
    /// Those that the options do not ask for.
    public var unwanted: [String] = []
    /// Why others could not be opened.
    public var failures: [String] = []

    public init() {}
}

extension SearchReport: CustomStringConvertible {
    /// As in a message: `2 are there; seen: VSC-3; 1 is held by another program`.
    public var description: String {
        guard count != 0 else { return "none is there" }
        var parts: [String] = []
        if let count { parts.append(count == 1 ? "1 is there" : "\(count) are there") }
        if !seen.isEmpty { parts.append("seen: \(seen.joined(separator: ", "))") }
        if held > 0 { parts.append("\(held == 1 ? "1 is" : "\(held) are") held by another program") }
        if !unwanted.isEmpty { parts.append("not asked for: \(unwanted.joined(separator: ", "))") }
        return (parts + failures).joined(separator: "; ")
    }
}
