internal import Devices
internal import Pickle
internal import Pyro

/// A client's connection that has switched a light on, or commands it together with the one that did.
struct LightOwner: Sendable, Equatable {
    /// The number of the connection.
    let connection: Int
    /// The client's address, for people: `192.168.7.3:41234`.
    let peer: String
    /// The client's computer.
    let host: String
    /// The time of its first command, in seconds since 1970.
    let since: Double
}

/// A client that makes a call to a light.
struct LightCaller: Sendable {
    let owner: LightOwner
    /// The number of calls that the client's proxy had made before it connected; 0 for a new proxy.
    let earlierCalls: UInt16
    let end: ConnectionEnd

    init(_ context: CallContext, at time: Double) {
        var (host, peer) = ("this computer", "a local client")
        if case .tcp(let name, let port)? = context.client {
            host = name
            peer = name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)"
        }
        owner = LightOwner(connection: context.connection, peer: peer, host: host, since: time)
        earlierCalls = context.end.earlierCalls
        end = context.end
    }

    init(_ owner: LightOwner, earlierCalls: UInt16 = 0, end: ConnectionEnd = ConnectionEnd()) {
        (self.owner, self.earlierCalls, self.end) = (owner, earlierCalls, end)
    }

    /// The calls that can be lost with a connection: a proxy has counted them, and the server has not.
    private static let mostLostCalls: UInt16 = 64

    /// Whether this is the proxy of a connection that has ended, connected again.
    ///
    /// Pyro's proxies count their calls, go on counting when they connect again, and say where they are.
    func resumes(_ other: LightOwner, after calls: UInt16) -> Bool {
        earlierCalls != 0 && owner.host == other.host && earlierCalls &- calls <= Self.mostLostCalls
    }
}

/// A call to a light, as far as its rules are concerned.
enum LightCommand: Sendable, Equatable {
    case switchOn
    case switchOff
    /// Levels of digital lines.
    case write([Int: Bool])
    /// Anything else that commands the device: its power, a setting, a trigger.
    case other
    case read

    /// - Parameters:
    ///   - hasLines: whether the device has digital lines.
    ///   - isReading: whether the method only reads.
    init(_ method: String, _ arguments: CallArguments, hasLines: Bool, isReading: Bool) {
        switch method {
        case "enable": self = .switchOn
        case "disable", "shutdown": self = .switchOff
        // A line that becomes an output may be high from before.
        case "write_line" where hasLines, "set_IO_state" where hasLines:
            self = Self.line(arguments)
        case "write_all_lines" where hasLines, "set_all_IO_state" where hasLines:
            let values = arguments.positional.first ?? arguments.keywords.pairs.first?.value
            let levels = (values?.items ?? []).prefix(Self.mostLines).map { Bool(python: $0) ?? true }
            self = .write(Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($0.offset, $0.element) }))
        default: self = isReading || method.hasPrefix("read_") ? .read : .other
        }
    }

    /// More lines than any device has.
    private static let mostLines = 1024

    private static func line(_ arguments: CallArguments) -> LightCommand {
        let line = arguments.positional.first ?? arguments.keywords["line"]
        let level = arguments.positional.dropFirst().first ?? arguments.keywords["state"]
        guard let line = line.flatMap({ Int(python: $0) }), (0..<mostLines).contains(line) else { return .other }
        return .write([line: level.flatMap { Bool(python: $0) } ?? true])
    }
}
