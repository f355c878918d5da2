internal import Devices

/// What a simulated executor is doing.
struct DSPState: Sendable {
    /// As they are, or as they were before the run.
    var lines = DSPLines()
    var run: DSPRun?
    /// Whether a run has come to its end and nobody has been told yet.
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

    /// Throws while a run goes on.
    mutating func becomeIdle(at now: ContinuousClock.Instant) throws {
        settle(at: now)
        guard run == nil else { throw DeviceError(.incompatibleState, "actions are running") }
    }
}

/// A table of actions on its way.
struct DSPRun: Sendable {
    let table: DSPTable
    let begin: ContinuousClock.Instant

    var end: ContinuousClock.Instant { begin + table.duration }
}
