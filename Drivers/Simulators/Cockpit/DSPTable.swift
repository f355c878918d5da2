internal import Devices

/// Actions in the order of their times, and how often they are gone through.
struct DSPTable: Sendable {
    private let actions: [DSPAction]
    private let repetitions: Int
    /// When the last action of a repetition happens, and the next repetition begins.
    private let period: Duration

    /// A table without actions.
    init() { (actions, repetitions, period) = ([], 0, .zero) }

    init(_ actions: [DSPAction], repetitions: Int) throws {
        for (earlier, later) in zip(actions, actions.dropFirst()) where later.time < earlier.time {
            throw RemoteError.value("actions must be in the order of their times")
        }
        guard actions.allSatisfy({ $0.analog.count <= DSPLines.analogCount }) else {
            throw RemoteError.value("there are no more than \(DSPLines.analogCount) analog lines")
        }
        // Which keeps the sum of all times within a few thousand years.
        guard (0...1_000_000).contains(repetitions) else {
            throw RemoteError.value("numReps must be from 0 to 1000000, not \(repetitions)")
        }
        self.actions = actions
        self.repetitions = repetitions
        period = actions.last?.time ?? .zero
    }

    var duration: Duration { period * repetitions }

    /// The lines at a time since the beginning, if they were these before it.
    func lines(after time: Duration, from lines: DSPLines) -> DSPLines {
        guard repetitions > 0 else { return lines }
        let end = actions.reduce(lines) { $0.after($1) }
        guard time < duration else { return end }
        let finished = Int(time / period)
        let rest = time - period * finished
        return actions.prefix { $0.time <= rest }.reduce(finished > 0 ? end : lines) { $0.after($1) }
    }
}
