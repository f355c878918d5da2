internal import Devices
public import Transports

/// The commands of Thorlabs' wheels FW102C and FW212C.
///
/// An answer is all that comes up to the prompt: the command itself, and then what there is to tell.
public struct FW102CCommands: WheelCommands {
    public static let typeName = "ThorlabsFilterWheel"

    public init() {}

    public func identify(_ lines: LineProtocol) throws -> String {
        // Half a command may wait in the wheel, which is ended by this.
        try lines.send("")
        try lines.resynchronise()
        return try ask("*idn?", lines) { $0.hasPrefix("THORLABS") ? $0 : nil }
    }

    public func positionCount(_ lines: LineProtocol) throws -> Int {
        // Firmware 1.0 does not know the question; it is in wheels with six positions.
        do {
            return try ask("pcount?", lines) { $0.code().flatMap { (1...100).contains($0) ? $0 : nil } }
        } catch SerialError.refused { return 6 }
    }

    public func position(_ lines: LineProtocol) throws -> Int {
        try ask("pos?", lines) { $0.code().flatMap { $0 > 0 ? $0 - 1 : nil } }
    }

    public func orders(to position: Int, isFirst _: Bool) -> [String] { ["pos=\(position + 1)"] }

    public func isDone(_ order: String, line: String) throws -> Bool {
        guard let rest = try Self.answer(order, line) else { throw SerialError.odd(answer: line, to: order) }
        guard rest.isEmpty else { throw SerialError.odd(answer: rest, to: order) }
        return true
    }

    /// One or two seconds a position, the shorter way round; with much room.
    public var travelLimit: Duration { .seconds(30) }

    // MARK: Exchanges

    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) -> Value?) throws -> Value {
        try lines.ask(command) { block in try Self.answer(command, block).flatMap(parse) }
    }

    /// Says something that is answered at once, and by the prompt alone.
    func tell(_ command: String, _ lines: LineProtocol) throws {
        try ask(command, lines) { $0.isEmpty ? () : nil }
    }

    /// What is between the command that comes back and the prompt; nil if another command or none comes back.
    private static func answer(_ command: String, _ block: String) throws -> String? {
        let parts = block.split(whereSeparator: \.isNewline).map(String.init)
        // What was sent by another program may come first.
        guard let echo = parts.lastIndex(where: { $0.hasSuffix(command) }) else { return nil }
        let rest = parts[(echo + 1)...].joined(separator: " ")
        guard !rest.hasPrefix("Command error") else { throw SerialError.refused(command, answer: rest) }
        return rest
    }
}
