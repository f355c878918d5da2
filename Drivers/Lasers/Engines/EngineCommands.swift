public import Devices
public import Transports

/// The commands of a box with several lights on one serial line, as far as they are the box's: those of its lights are
/// ``LightCommands`` that carry which light they mean.
public protocol EngineCommands: Sendable {
    associatedtype Channel: LightCommands
    /// The name of the class in Python, for its error messages: `CoolLED`.
    static var typeName: String { get }

    /// Makes the box talk as this driver needs it, and tells its serial number, empty if it has none to tell.
    ///
    /// Changes nothing that outlives the session, and no light.
    func identify(_ lines: LineProtocol) throws -> String
    /// The lights that are there, by the names that clients know them by.
    func channels(_ lines: LineProtocol) throws -> [(name: String, commands: Channel)]
    /// The settings of the box itself, made when it has been opened.
    func settings(_ line: SerialLine) throws -> [Setting]
}

extension EngineCommands {
    public func settings(_: SerialLine) throws -> [Setting] { [] }

    /// Brings the box into a known state, with every light off unless they are to be left.
    func prepare(_ lines: LineProtocol, leavesLight: Bool) throws -> String {
        let identity = try identify(lines)
        if !leavesLight { try channels(lines).attemptEach { try $0.commands.ensureOff(lines) } }
        return identity
    }
}
