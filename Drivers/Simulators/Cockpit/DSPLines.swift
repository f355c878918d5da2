internal import Devices

/// The lines of an executor: sixteen digital ones as bits, and four analog ones.
struct DSPLines: Sendable, Equatable {
    static let analogCount = 4

    var digital = 0
    private(set) var analog = Array(repeating: 0.0, count: analogCount)

    func position(of line: Int) throws -> Double {
        try check(line)
        return analog[line]
    }

    mutating func move(_ line: Int, to position: Double) throws {
        try check(line)
        analog[line] = position
    }

    private func check(_ line: Int) throws {
        guard analog.indices.contains(line) else {
            throw RemoteError.index("there is no analog line \(line), lines are 0 to \(analog.count - 1)")
        }
    }

    /// The lines after an action.
    func after(_ action: DSPAction) -> DSPLines {
        var lines = self
        lines.digital = action.digital
        lines.analog.replaceSubrange(..<action.analog.count, with: action.analog)
        return lines
    }
}
