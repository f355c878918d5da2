internal import Pickle
internal import Platform

/// The ordered faults of a simulator: at its members, and at its data.
extension OrderedFaults {
    /// Makes a call to the device under the present fault.
    func affecting(_ call: () throws -> Outcome<Completion>) throws -> Outcome<Completion> {
        try meet()
        switch try call() {
        case .value(let value): return .value(fault == .garbage ? roll { value.garbled(&$0) } : value)
        case .pending(let completion):
            let (interval, limit) = (completion.interval, completion.limit)
            return .pending(
                Completion(every: interval, within: limit) {
                    try self.meetWhileWaiting()
                    return try completion.poll()
                }
            )
        }
    }

    /// Asking whether a move has ended is one question, however often the device is looked at.
    private func meetWhileWaiting() throws {
        switch fault {
        case .hang, .crash, .unplug: try meet()
        case .slow, .garbage, .drop, .short, nil: break
        }
    }

    /// Waits, aborts the process or throws, as the present fault asks for.
    ///
    /// A fault below a driver does nothing here.
    public func meet() throws {
        guard !areBelowDriver, let fault else { return }
        switch fault {
        case .hang: wait(while: .hang)
        case .crash: crash()
        case .unplug: throw DeviceError(.failed, "the device is unplugged, by an ordered fault")
        case .slow: wait(within: OrderedFault.slowness, while: .slow)
        case .garbage: break
        case .drop:
            if isLost() { throw DeviceError(.failed, "the device did not answer, by an ordered fault") }
        case .short: throw DeviceError(.failed, "the device's answer is incomplete, by an ordered fault")
        }
    }
}

extension PythonValue {
    /// A value of the same type with random contents; itself for types whose values are names.
    fileprivate func garbled(_ dice: inout FaultDice) -> PythonValue {
        switch self {
        case .bool: .bool(.random(using: &dice))
        case .int: .int(.random(in: -1_000_000...1_000_000, using: &dice))
        case .float: .float(.random(in: -1e6...1e6, using: &dice))
        case .str(let text): .str(String(text.shuffled(using: &dice)) + "?")
        case .list(let values): .list(values.map { $0.garbled(&dice) })
        case .tuple(let values): .tuple(values.map { $0.garbled(&dice) })
        case .namedTuple(let type, let values): .namedTuple(type, values.map { $0.garbled(&dice) })
        case .dict(let entries): .dict(PythonDictionary(entries.pairs.map { ($0.key, $0.value.garbled(&dice)) }))
        default: self
        }
    }
}

/// The data of a simulator, with its ordered faults.
///
/// Data that a fault keeps from clients are counted as lost.
public final class FaultyDataSource: DataSource {
    private let source: any DataSource
    private let faults: OrderedFaults
    private let state = Lock(State())

    private struct State: Sendable {
        var lost = 0
        /// Whether clients got the error.
        var hasReported = false
    }

    public init(_ source: any DataSource, _ faults: OrderedFaults) { (self.source, self.faults) = (source, faults) }

    public var isOnDemand: Bool { source.isOnDemand }
    public var hangTime: Duration { source.hangTime }
    public var lost: Int { source.lost + state.withLock(\.lost) }
    public var lostInCamera: Int { source.lostInCamera }

    // A source that hangs cannot be interrupted, as in a vendor's library.
    public func interrupt() { source.interrupt() }

    public func next(within limit: Duration) throws -> Datum? {
        guard let datum = try source.next(within: limit) else {
            if faults.fault == .hang { faults.wait(while: .hang) }
            return nil
        }
        guard !faults.areBelowDriver, let fault = faults.fault else {
            state.withLock { $0.hasReported = false }
            return datum
        }
        switch fault {
        case .hang: faults.wait(while: .hang)
        case .crash: faults.crash()
        case .slow: faults.wait(within: OrderedFault.slowness, while: .slow)
        case .garbage: return garbled(datum)
        case .short: return shortened(datum)
        case .unplug:
            let isFirst = state.withLock { state in
                defer { state.hasReported = true }
                state.lost += 1
                return !state.hasReported
            }
            if isFirst { throw DeviceError(.failed, "the device is unplugged, by an ordered fault") }
            return nil
        case .drop:
            guard !faults.isLost() else {
                state.withLock { $0.lost += 1 }
                return nil
            }
        }
        return datum
    }

    /// A frame whose lower half is black, as after a transfer that ended too early; nil for a value, which is lost.
    private func shortened(_ datum: Datum) -> Datum? {
        var datum = datum
        guard case .frame(let frame) = datum.content else {
            state.withLock { $0.lost += 1 }
            return nil
        }
        var pixels = frame.pixels.array
        for index in pixels.count / 2..<pixels.count { pixels[index] = 0 }
        if let frame = Frame(width: frame.width, height: frame.height, frame.dtype, pixels: Bytes(pixels)) {
            datum.content = .frame(frame)
        }
        return datum
    }

    private func garbled(_ datum: Datum) -> Datum {
        var datum = datum
        switch datum.content {
        case .frame(let frame):
            let pixels = Bytes(faults.garbled(frame.pixels.array))
            if let frame = Frame(width: frame.width, height: frame.height, frame.dtype, pixels: pixels) {
                datum.content = .frame(frame)
            }
        case .value(let value): datum.content = .value(faults.roll { value.garbled(&$0) })
        }
        return datum
    }
}
