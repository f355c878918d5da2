internal import Devices
internal import Pickle

/// Actions in the order of their times, and the number of repetitions.
struct DSPTable: Sendable, Codable {
    private let actions: [DSPAction]
    private let repetitions: Int
    /// The time of the last action of a repetition, at which the next one begins.
    private let period: Duration

    /// A table without actions.
    init() { (actions, repetitions, period) = ([], 0, .zero) }

    init(_ actions: [DSPAction], repetitions: Int) throws {
        for (earlier, later) in zip(actions, actions.dropFirst()) where later.time < earlier.time {
            throw RemoteError.value("actions must be in the order of their times")
        }
        guard actions.allSatisfy({ $0.analog.count <= DSPLines.analogCount }) else {
            throw RemoteError.value("an action can set at most \(DSPLines.analogCount) analog lines")
        }
        // Keeps the sum of all times within a few thousand years.
        guard (0...1_000_000).contains(repetitions) else {
            throw RemoteError.value("numReps must be from 0 to 1000000, not \(repetitions)")
        }
        self.actions = actions
        self.repetitions = repetitions
        period = actions.last?.time ?? .zero
    }

    var duration: Duration { period * repetitions }

    /// The lines at a time since the start, given the lines before it.
    func lines(after time: Duration, from lines: DSPLines) -> DSPLines {
        guard repetitions > 0 else { return lines }
        let end = actions.reduce(lines) { $0.after($1) }
        guard time < duration else { return end }
        let finished = Int(time / period)
        let rest = time - period * finished
        return actions.prefix { $0.time <= rest }.reduce(finished > 0 ? end : lines) { $0.after($1) }
    }
}

/// An action of an executor: at its time it sets the digital lines and the first analog ones.
struct DSPAction: Sendable, Codable {
    /// Since the start of the repetition.
    let time: Duration
    let digital: Int
    let analog: [Double]
}

extension DSPAction {
    /// Decodes what Cockpit sends: milliseconds, and a pair of the digital lines as bits and a list of analog values.
    init?(python value: PythonValue) {
        guard let items = value.items, items.count == 2, let lines = items[1].items, lines.count == 2 else {
            return nil
        }
        guard
            let milliseconds = Double(python: items[0]), (0...Self.longest).contains(milliseconds),
            let digital = Int(python: lines[0]),
            let analog = [Double](python: lines[1])
        else { return nil }
        self.init(time: .milliseconds(milliseconds), digital: digital, analog: analog)
    }

    /// A day.
    private static let longest = 86_400_000.0
}

/// The lines of an executor: sixteen digital ones as bits, and four analog ones.
struct DSPLines: Sendable, Equatable, Codable {
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
            throw RemoteError.index("analog line \(line) does not exist; lines are 0 to \(analog.count - 1)")
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

/// The state of a simulated executor.
struct DSPState: Sendable, Codable {
    /// The actions that the next run takes.
    var prepared = DSPTable()
    /// The current lines, or the lines before the run.
    var lines = DSPLines()
    var run: DSPRun?
    /// Whether a run has ended and no client has been notified yet.
    var isDone = false

    func lines(at now: ContinuousClock.Instant) -> DSPLines {
        run.map { $0.table.lines(after: now - $0.begin, from: lines) } ?? lines
    }

    mutating func stop(at now: ContinuousClock.Instant) {
        lines = lines(at: now)
        run = nil
    }

    /// Ends a run whose time is over.
    mutating func settle(at now: ContinuousClock.Instant) {
        guard let run, run.end <= now else { return }
        stop(at: now)
        isDone = true
    }

    /// Throws during a run.
    mutating func becomeIdle(at now: ContinuousClock.Instant) throws {
        settle(at: now)
        guard run == nil else { throw DeviceError(.incompatibleState, "actions are running") }
    }
}

/// A running table of actions.
struct DSPRun: Sendable, Codable {
    let table: DSPTable
    let begin: ContinuousClock.Instant

    var end: ContinuousClock.Instant { begin + table.duration }
}
