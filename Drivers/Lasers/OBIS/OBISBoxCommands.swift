public import Devices
public import Transports

/// The commands of a box with several OBIS lasers, each of which has a number from 1: a laser box, an OBIS Remote.
public struct OBISBoxCommands: EngineCommands {
    public static let typeName = "ObisLaserBox"
    /// The box itself.
    private let box = OBISCommands()
    /// The most lasers that a box has.
    static let places = 1...6

    public init() {}

    /// The serial numbers of its lasers, so that one that was exchanged, or does not answer any more, is noticed.
    public func identify(_ lines: LineProtocol) throws -> String {
        let serials = try Self.places.compactMap { index in
            try optional { try OBISCommands(index: index).identify(lines) }.map { "\(index): \($0)" }
        }
        guard !serials.isEmpty else { throw SerialError.refused("SYST1:INF:SNUM?", answer: "no laser is there") }
        return serials.joined(separator: ", ")
    }

    /// Places without a laser refuse to answer.
    public func channels(_ lines: LineProtocol) throws -> [(name: String, commands: OBISCommands)] {
        try Self.places.compactMap { index in
            let laser = OBISCommands(index: index)
            return try optional { try laser.identify(lines) }.map { _ in ("laser\(index)", laser) }
        }
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        let texts = [("model", "SYST:INF:MOD?"), ("serial number", "SYST:INF:SNUM?"), ("firmware", "SYST:INF:FVER?")]
        return try texts.compactMap { name, command in
            try line.perform { lines in try optional { try box.ask(command, lines) { $0 } } }
                .map { Setting(name, fixed: $0) }
        }
    }
}
