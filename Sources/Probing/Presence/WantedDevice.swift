public import Devices

/// A device that a configuration defines.
public struct WantedDevice: Sendable {
    public let name: String
    public let driver: ConfiguredDriver
    public let uid: String?
    public let isSimulated: Bool
    /// The configuration's file, without links on the way.
    public let file: String
    /// The TCP port that it is to be served at; nil if that is left to the kernel, or it is none.
    public let port: Int?

    public init(
        _ name: String,
        _ driver: ConfiguredDriver,
        uid: String?,
        isSimulated: Bool,
        file: String,
        port: Int? = nil
    ) {
        (self.name, self.driver, self.uid) = (name, driver, uid)
        (self.isSimulated, self.file, self.port) = (isSimulated, file, port)
    }
}

/// Whether a device that is wanted is there.
public enum Presence: String, Sendable, CaseIterable {
    /// A running server has it.
    case served
    /// It is there, and nobody has it.
    case present
    /// It is there, and another program has it.
    case held
    /// It is there, and this user may not use it.
    case unusable
    case absent
    /// Something is there that may be it.
    case unclear
    /// Nothing can be told from outside: its driver talks over a network, or is a simulation.
    case unknown

    /// Whether a server would have to do without it.
    public var isTrouble: Bool { [.held, .unusable, .absent, .unclear].contains(self) }
}

/// What became of looking for a device.
public struct PresenceReport: Sendable {
    public let name: String
    public let driver: String
    public let presence: Presence
    /// Where it is, or what is there instead.
    public let detail: String
}
