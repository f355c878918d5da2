public import Devices
public import Transports

/// The commands of CoolLED's light sources: pE-300 series, pE-340, pE-4000.
public struct CoolLEDCommands: EngineCommands {
    public static let typeName = "CoolLED"
    /// Which channels are to wait for their inputs.
    private let gates = CoolLEDGates()

    public init() {}

    /// There is no serial number to ask for, so the model stands for it.
    public func identify(_ lines: LineProtocol) throws -> String {
        // It greets whoever connects.
        try lines.resynchronise()
        return try model(lines)
    }

    private func model(_ lines: LineProtocol) throws -> String {
        try lines.ask("XMODEL") { $0.hasPrefix("XMODEL=") ? String($0.dropFirst(7)) : nil }
    }

    public func channels(_ lines: LineProtocol) throws -> [(name: String, commands: CoolLEDLightCommands)] {
        try lines.ask("CSS?", parse: CoolLEDChannel.channels).map { channel in
            (String(channel.letter), CoolLEDLightCommands(channel.letter, gates))
        }
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        // The versions are asked for when somebody wants them, as they take a while.
        try line.fixed([("model", model)]) + [Setting("firmware", on: line, text: versions)]
    }

    /// One of each board, in lines of which only silence is the end.
    private func versions(_ lines: LineProtocol) throws -> String {
        try lines.send("XVER")
        var versions: [String] = []
        do { while versions.count < 20 { versions.append(try lines.readLine()) } } catch SerialError.silent {}
        return versions.joined(separator: ", ")
    }
}
