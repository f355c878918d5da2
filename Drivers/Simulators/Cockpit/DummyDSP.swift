public import Devices
internal import Pickle

/// The executor of Cockpit's experiments, without a board.
///
/// A table of actions runs by itself, and then the client gets the text `DSP done`. No thread is needed for that: the
/// lines follow from the table and the time.
public final class DummyDSP: DataDevice {
    public var isEnabled = false
    // Cockpit never enables its executor.
    public let sendsWhileDisabled = true
    private let source: DSPSource

    /// - Parameter hardware: the name of the hardware, which goes on if its process dies.
    public init(hardware: String = "") { source = DSPSource(hardware) }

    public var dataSource: any DataSource { source }

    public func performShutdown() { abort() }
    public func abort() { source.stop() }

    private func prepare(_ actions: [PythonValue], _ repetitions: Int) throws {
        let actions = try actions.enumerated().map { index, value in
            guard let action = DSPAction(python: value) else {
                throw RemoteError.value("action \(index) must be a time in ms and a pair of digital and analog lines")
            }
            return action
        }
        source.prepare(try DSPTable(actions, repetitions: repetitions))
    }

    /// A converter's counts: whole numbers unless a client sent something else.
    private func position(of line: Int) throws -> PythonValue {
        let position = try source.lines.position(of: line)
        return Int(exactly: position).map(PythonValue.int) ?? .float(position)
    }

    public var remoteMembers: [any RemoteMember] {
        deviceMembers
        dataMembers
        RemoteMethod("Abort", call: abort)
        RemoteMethod("ReadDigital", reads: true) { self.source.lines.digital }
        RemoteMethod("WriteDigital", "value") { value in try self.source.change { $0.digital = value } }
        RemoteMethod("ReadPosition", "aline", reads: true) { try self.position(of: $0) }
        RemoteMethod("MoveAbsolute", "aline", "pos") { line, position in
            try self.source.change { try $0.move(line, to: position) }
        }
        RemoteMethod("PrepareActions", "actions", Parameter("numReps", default: 1), call: prepare)
        RemoteMethod("RunActions") { try self.source.run() }
        profileMembers
    }

    /// Methods of older executors, which have no effect here.
    @RemoteInterfaceBuilder
    private var profileMembers: [any RemoteMember] {
        RemoteMethod("arcl", "mask", "pairs") { (_: PythonValue, _: PythonValue) in }
        RemoteMethod("DownloadProfile") {}
        RemoteMethod("InitProfile", "numReps") { (_: PythonValue) in }
        for name in ["profileSet", "trigCollect"] {
            RemoteMethod(name, any: { _ in .none })
        }
    }
}

extension Driver where Configuration == NoOptions {
    public static var dummyDSP: Self {
        Driver("dummy-dsp", "a simulated executor for Cockpit's experiments", isSimulator: true) { _, context in
            DummyDSP(hardware: context.hardwareName)
        }
    }
}

/// The lines of a simulated executor, and the message at the end of a run.
final class DSPSource: DataSource {
    private let state: TimedState<DSPState>
    private let record: KeptValue<DSPState>

    /// - Parameter hardware: the name of the hardware, which goes on if its process dies.
    init(_ hardware: String) {
        record = KeptValue(hardware, DSPState())
        state = TimedState(record.found ?? DSPState())
    }

    var lines: DSPLines { state.read { $0.lines(at: .now) } }

    /// Changes lines from a client.
    func change(_ body: (inout DSPLines) throws -> Void) throws {
        try update { state, now in
            try state.becomeIdle(at: now)
            try body(&state.lines)
        }
    }

    func prepare(_ table: DSPTable) { update { state, _ in state.prepared = table } }

    func run() throws {
        try update { state, now in
            try state.becomeIdle(at: now)
            state.run = DSPRun(table: state.prepared, begin: now)
        }
    }

    /// Stops and leaves the lines as they are.
    func stop() { update { $0.stop(at: $1) } }

    private func update(_ body: (inout DSPState, ContinuousClock.Instant) throws -> Void) rethrows {
        try state.update { state, now in
            try body(&state, now)
            record.store(state)
        }
    }

    func next(within limit: Duration) -> Datum? {
        state.next(within: limit) { [record] state, now in
            state.settle(at: now)
            if state.isDone {
                state.isDone = false
                record.store(state)
                return .found(Datum(message: "DSP done", at: Timestamp.now))
            }
            return state.run.map { .notBefore($0.end) } ?? .notYet
        }
    }

    func interrupt() { state.interrupt() }
}
