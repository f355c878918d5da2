public import Transports

/// A simulated Arduino Uno with Micro-Manager's firmware: all commands of its source, `AOTFcontroller.ino`.
public struct SimulatedArduino: SimulatedInstrument {
    /// The version of the firmware: 32 came with version 3, 33 with 4, 34 and 35 with 5.
    public var version = 3
    /// The pattern that was set last, which blanking leaves as it is.
    public var pattern: UInt8 = 0 { didSet { if !isBlanking { output = pattern } } }
    /// The lines that are actually high (PORTB), which command 2 reads.
    public private(set) var output: UInt8 = 0
    public private(set) var isBlanking = false
    /// Whether blanking holds the lines low while the input is high, instead of while it is low.
    public private(set) var blanksOnHigh = false
    /// Whether its input is high.
    public var isInputHigh = false { didSet { if isInputHigh != oldValue { takeEdge() } } }
    /// How long it is silent after a reset.
    public var resetTime = Duration.zero
    /// The values of its analogue inputs.
    public var analogInputs: [UInt16] = [0, 100, 200, 300, 400, 500]
    private var deafUntil: ContinuousClock.Instant?
    /// The first bytes of a command, and the time by which the next must arrive.
    private var pending: Pending?

    private struct Pending: Codable {
        let bytes: [UInt8]
        let until: ContinuousClock.Instant
    }

    private var sequence = [UInt8](repeating: 0, count: 256)
    private var sequenceLength = 0
    private var sequenceIndex = 0
    private var repeats: UInt8 = 0
    private var skippedTriggers = 0
    private var triggers = 0
    private var isTriggered = false

    public init() {}

    /// The number of patterns that a sequence holds.
    private var capacity: Int { version < 3 ? 12 : 256 }

    /// Plugging the board in resets it, as opening its port does.
    public mutating func powerUp(at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        (isBlanking, isTriggered, pending, deafUntil) = (false, false, nil, now + resetTime)
        return []
    }

    public mutating func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        if let deafUntil, now < deafUntil { return [] }
        return bytes.flatMap { receive($0, now) }
    }

    private mutating func receive(_ byte: UInt8, _ now: ContinuousClock.Instant) -> [SimulatedOutput] {
        var outputs: [SimulatedOutput] = []
        if let pending, now >= pending.until {
            outputs += abandon(pending.bytes)
            self.pending = nil
        }
        let command = (pending?.bytes ?? []) + [byte]
        guard command.count >= length(of: command) else {
            pending = Pending(bytes: command, until: now + .seconds(1))
            return outputs
        }
        pending = nil
        let answer = run(command)
        // The main loop follows the input after each command.
        followInput()
        return outputs + (answer.isEmpty ? [] : [SimulatedOutput(answer)])
    }

    /// What is left of a command whose rest did not arrive within a second: mostly nothing.
    private mutating func abandon(_ command: [UInt8]) -> [SimulatedOutput] {
        switch command[0] {
        case 5: return [SimulatedOutput("n:")]
        case 22: return [SimulatedOutput([22])]
        case 33:
            store(Array(command.dropFirst(3)))
            return [SimulatedOutput([33] + Self.bytes(sequenceLength))]
        default: return []
        }
    }

    /// The number of bytes of a command.
    private func length(of command: [UInt8]) -> Int {
        switch command[0] {
        case 1, 6, 7, 11, 22, 41: 2
        case 5: command.count > 1 && Int(command[1]) >= capacity ? 2 : 3
        case 42: 3
        case 3, 10: 4
        case 33 where version >= 4: command.count < 3 ? 3 : 3 + Self.number(command[1], command[2])
        default: 1
        }
    }

    private mutating func run(_ command: [UInt8]) -> [UInt8] {
        switch command[0] {
        case 1:
            pattern = command[1] & 0x3F
            return [1]
        case 2: return [2, output]
        case 3: return [3, command[1], command[2] & 0x0F, command[3]]
        case 20, 21:
            isBlanking = command[0] == 20
            return [command[0]]
        case 22:
            blanksOnHigh = command[1] == 0
            return [22]
        case 30: return Array("MM-Ard\r\n".utf8)
        case 31: return Array("\(version)\r\n".utf8)
        case 32 where version >= 3: return [32] + Self.bytes(capacity)
        case 34 where version >= 5: return [34, 0]
        case 35 where version >= 5: return [35, 6]
        case 40: return [40, 0x3F]
        case 41:
            let pin = Int(command[1])
            return analogInputs.indices.contains(pin) ? [41, command[1]] + Self.bytes(Int(analogInputs[pin])) : []
        case 42: return [42, command[1]] + (command[2] < 2 ? [command[2]] : [])
        default: return runSequenceCommand(command)
        }
    }

    private mutating func runSequenceCommand(_ command: [UInt8]) -> [UInt8] {
        switch command[0] {
        case 5:
            guard command.count == 3 else { return Array("n:".utf8) }
            sequence[Int(command[1])] = command[2] & 0x3F
            return [5, command[1], command[2] & 0x3F]
        case 6:
            guard Int(command[1]) <= capacity else { return [] }
            sequenceLength = Int(command[1])
            return command
        case 7:
            skippedTriggers = Int(command[1])
            return command
        case 8:
            guard sequenceLength > 0 else { return [] }
            (sequenceIndex, triggers, isTriggered, output) = (0, -skippedTriggers, true, 0)
            return [8]
        case 9:
            (isTriggered, output) = (false, 0)
            return [9, UInt8(truncatingIfNeeded: triggers)]
        case 10: return [10, command[1]]
        case 11:
            repeats = command[1]
            return command
        case 12:
            // The timed run ends with the next byte, and with the lines low.
            guard sequenceLength > 0 else { return [] }
            output = 0
            return [12]
        case 33 where version >= 4:
            store(Array(command.dropFirst(3)))
            return [33] + Self.bytes(sequenceLength)
        default: return []
        }
    }

    private mutating func store(_ patterns: [UInt8]) {
        for (index, pattern) in patterns.prefix(sequence.count).enumerated() { sequence[index] = pattern & 0x3F }
        sequenceLength = min(patterns.count, sequence.count)
    }

    private mutating func takeEdge() {
        guard isTriggered else { return followInput() }
        if blanksOnHigh == isInputHigh {
            output = 0
        } else {
            if triggers >= 0 {
                output = sequence[sequenceIndex]
                sequenceIndex = (sequenceIndex + 1) % max(sequenceLength, 1)
            }
            triggers += 1
        }
    }

    private mutating func followInput() {
        if isBlanking, !isTriggered { output = isInputHigh == blanksOnHigh ? 0 : pattern }
    }

    private static func bytes(_ number: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)]
    }

    private static func number(_ high: UInt8, _ low: UInt8) -> Int { Int(high) << 8 | Int(low) }
}
