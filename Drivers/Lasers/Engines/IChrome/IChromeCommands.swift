public import Devices
public import Transports

/// The commands of Toptica's iChrome MLE.
public struct IChromeCommands: EngineCommands {
    public static let typeName = "iChromeMLE"

    public init() {}

    public func identify(_ lines: LineProtocol) throws -> String {
        let console = IChromeConsole(lines: lines)
        let type = try console.text("system-type")
        guard type == "iChrome-MLE" else { throw SerialError.odd(answer: type, to: "system-type") }
        return try console.text("serial-number")
    }

    /// Three to five lasers, of which the console tells no list.
    public func channels(_ lines: LineProtocol) throws -> [(name: String, commands: IChromeLaserCommands)] {
        try (1...5).compactMap { number in
            let laser = IChromeLaserCommands(number)
            return try optional { try laser.identify(lines) }.map { _ in ("laser\(number)", laser) }
        }
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        try line.fixed([
            ("serial number", { try IChromeConsole(lines: $0).text("serial-number") }),
            ("model", { try IChromeConsole(lines: $0).text("system-type") }),
        ])
    }
}
