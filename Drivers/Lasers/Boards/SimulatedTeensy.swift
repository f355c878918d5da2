public import Transports

/// A simulated Teensy with Micro-Manager's pulse generator: all commands of its source, `TeensyPulseGenerator.ino`.
public struct SimulatedTeensy: SimulatedInstrument {
    /// The values of the commands with these numbers, as `setup()` leaves them.
    public var values: [Int: UInt32] = [3: 100_000, 4: 1000, 5: 0, 6: 0]
    /// Whether its input says that the device that it waits for is busy.
    public var isInputBusy = false
    private var input: [UInt8] = []
    private var startedAt: ContinuousClock.Instant?
    /// The pulses that ended with the last series.
    private var lastCount: UInt32 = 0

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
            // The main loop ends a series that has all its pulses, and reports nothing.
            endSeries(now)
            outputs += first == 255 ? state(message[1]) : answer(first, Self.number(message.dropFirst()), now)
        }
        return outputs
    }

    /// The answer to a question for the state of a command.
    private func state(_ command: UInt8) -> [SimulatedOutput] {
        let value: UInt32? =
            switch command {
            case 0: 1
            case 1: isRunning ? 1 : 0
            case 2: isRunning ? 0 : 1
            default: values[Int(command)]
            }
        return value.map { [Self.output(command, $0)] } ?? []
    }

    private mutating func answer(
        _ command: UInt8,
        _ number: UInt32,
        _ now: ContinuousClock.Instant
    ) -> [SimulatedOutput] {
        switch command {
        case 0: return [Self.output(0, 1)]
        case 1:
            startedAt = now
            return [Self.output(1, 1)]
        case 2:
            if isRunning { lastCount = count(now) }
            startedAt = nil
            return [Self.output(2, lastCount)]
        case 3:
            // While it runs, the timer starts anew with the new interval.
            if isRunning { startedAt = now }
            values[3] = number
            return state(3)
        case 4, 6: values[Int(command)] = number
        case 5: values[5] = number > 0 ? 1 : 0
        default: return []
        }
        return state(command)
    }

    /// The number of pulses so far: the first comes with the start, unless it waits for the input.
    private func count(_ now: ContinuousClock.Instant) -> UInt32 {
        guard let startedAt, let interval = values[3], interval > 0 else { return 0 }
        if values[5] == 1, isInputBusy { return 0 }
        let count = 1 + UInt32(min((now - startedAt) / .microseconds(Int64(interval)), 4e9))
        guard let pulses = values[6], pulses > 0 else { return count }
        return min(count, pulses)
    }

    private mutating func endSeries(_ now: ContinuousClock.Instant) {
        guard isRunning, let pulses = values[6], pulses > 0, count(now) >= pulses else { return }
        (startedAt, lastCount) = (nil, pulses)
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> UInt32 {
        bytes.enumerated().reduce(0) { $0 | UInt32($1.element) << (UInt32($1.offset) * 8) }
    }

    private static func output(_ command: UInt8, _ number: UInt32) -> SimulatedOutput {
        SimulatedOutput([command] + (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) })
    }
}
