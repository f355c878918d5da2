public import Transports

/// A simulated Teensy with Micro-Manager's pulse generator.
public struct SimulatedTeensy: SimulatedInstrument {
    /// The values of the commands with these numbers.
    public var values: [UInt8: UInt32] = [3: 10_000, 4: 1000, 5: 0, 6: 0]
    private var input: [UInt8] = []
    private var startedAt: ContinuousClock.Instant?

    public init() {}

    /// Whether it makes pulses.
    public var isRunning: Bool { startedAt != nil }

    /// Starts the pulses, as another program may have done.
    public mutating func start() { startedAt = .now }

    public mutating func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        input += bytes
        var outputs: [SimulatedOutput] = []
        while let first = input.first {
            let count = first == 255 ? 2 : 5
            guard input.count >= count else { break }
            let message = Array(input.prefix(count))
            input.removeFirst(count)
            outputs += first == 255 ? state(message[1]) : answer(first, Self.number(message.dropFirst()), now)
        }
        return outputs
    }

    private func state(_ command: UInt8) -> [SimulatedOutput] {
        values[command].map { [Self.output(command, $0)] } ?? []
    }

    private mutating func answer(_ command: UInt8, _ number: UInt32, _ now: ContinuousClock.Instant)
        -> [SimulatedOutput]
    {
        end(now)
        switch command {
        case 0: return [Self.output(0, 1)]
        case 1:
            startedAt = startedAt ?? now
            let started = Self.output(1, number)
            guard let pulses = values[6], pulses > 0, let interval = values[3] else { return [started] }
            // It reports the end unasked.
            var ended = Self.output(2, pulses)
            ended.delay = .microseconds(Int64(interval)) * Int64(pulses)
            return [started, ended]
        case 2:
            let sent = sent(now)
            startedAt = nil
            return [Self.output(2, sent)]
        case 3...6:
            if !isRunning { values[command] = number }
            return state(command)
        default: return []
        }
    }

    /// The number of pulses so far.
    private func sent(_ now: ContinuousClock.Instant) -> UInt32 {
        guard let startedAt, let interval = values[3], interval > 0 else { return 0 }
        let count = UInt32(min((now - startedAt) / .microseconds(Int64(interval)), 4e9))
        guard let pulses = values[6], pulses > 0 else { return count }
        return min(count, pulses)
    }

    private mutating func end(_ now: ContinuousClock.Instant) {
        if let pulses = values[6], pulses > 0, sent(now) >= pulses { startedAt = nil }
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt32 {
        bytes.enumerated().reduce(0) { $0 | UInt32($1.element) << (UInt32($1.offset) * 8) }
    }

    private static func output(_ command: UInt8, _ number: UInt32) -> SimulatedOutput {
        SimulatedOutput([command] + (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
    }
}
