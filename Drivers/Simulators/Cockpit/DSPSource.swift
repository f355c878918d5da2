internal import Devices
internal import Pickle

/// The lines of a simulated executor, and the messages that its actions are done.
final class DSPSource: DataSource {
    private let state = TimedState(DSPState())

    var lines: DSPLines { state.read { $0.lines(at: .now) } }

    /// Changes lines by hand.
    func change(_ body: (inout DSPLines) throws -> Void) throws {
        try state.update { state, now in
            try state.becomeIdle(at: now)
            try body(&state.lines)
        }
    }

    func run(_ table: DSPTable) throws {
        try state.update { state, now in
            try state.becomeIdle(at: now)
            state.run = DSPRun(table: table, begin: now)
        }
    }

    /// Leaves the lines as they are.
    func stop() { state.update { $0.stop(at: $1) } }

    func next(within limit: Duration) -> Datum? {
        state.next(within: limit) { state, now in
            state.settle(at: now)
            if state.isDone {
                state.isDone = false
                return .found(Datum(message: "DSP done", at: Timestamp.now))
            }
            return state.run.map { .notBefore($0.end) } ?? .notYet
        }
    }

    func interrupt() { state.interrupt() }
}
