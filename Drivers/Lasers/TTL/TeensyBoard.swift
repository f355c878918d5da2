internal import Devices
internal import Transports

/// The commands of a Teensy with Micro-Manager's pulse generator: a byte and a number of 32 bits, answered in kind.
struct TeensyBoard: Sendable {
    /// USB, for which the rate is nothing but a number.
    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(commandEnd: "", answerEnd: "\r\n")

    enum Command: UInt8 {
        case version = 0, start, stop
        /// Microseconds from the beginning of a pulse to that of the next, and from its beginning to its end.
        case interval, duration
        /// Whether a start waits for the input.
        case waitForInput
        /// How many pulses there are; 0 for no end.
        case pulses

        /// The byte in front of a command whose state is asked for.
        static let question: UInt8 = 255
    }

    /// Tells the version: there is no other mark of such a board, and no serial number.
    func identify(_ lines: LineProtocol) throws -> String {
        let version = try tell(.version, 0, lines)
        guard version > 0, version < 1000 else { throw SerialError.odd(answer: "\(version)", to: "version") }
        return "\(version)"
    }

    /// The number of pulses that there were.
    @discardableResult
    func stop(_ lines: LineProtocol) throws -> UInt32 { try tell(.stop, 0, lines) }

    func start(_ lines: LineProtocol) throws { _ = try tell(.start, 0, lines) }

    func value(of command: Command, _ lines: LineProtocol) throws -> UInt32 {
        try exchange([Command.question, command.rawValue], command, lines)
    }

    /// While it runs it answers with what it keeps.
    func set(_ command: Command, to value: UInt32, _ lines: LineProtocol) throws {
        let kept = try tell(command, value, lines)
        guard kept == value else {
            throw DeviceError(
                .incompatibleState,
                "the board keeps \(kept) for '\(command)' while it runs; disable it first"
            )
        }
    }

    private func tell(_ command: Command, _ value: UInt32, _ lines: LineProtocol) throws -> UInt32 {
        try exchange([command.rawValue] + value.bytes, command, lines)
    }

    private func exchange(_ bytes: [UInt8], _ command: Command, _ lines: LineProtocol) throws -> UInt32 {
        try lines.repeating {
            try lines.send(bytes, as: "\(command)")
            var answer = try lines.readBytes(5)
            // The end of a series, told unasked, may come first.
            if answer.first == Command.stop.rawValue, command != .stop { answer = try lines.readBytes(5) }
            guard answer.first == command.rawValue else {
                try lines.resynchronise()
                throw SerialError.odd(answer: "\(answer)", to: "\(command)")
            }
            return UInt32(bytes: answer.dropFirst())
        }
    }
}

extension UInt32 {
    /// The lowest byte first, whatever a remark in the firmware says.
    fileprivate var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) } }

    fileprivate init(bytes: some Sequence<UInt8>) { self = bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
}
