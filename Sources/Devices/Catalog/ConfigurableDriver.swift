/// A driver of which only the name is known, as the catalogue keeps it.
public protocol ConfigurableDriver: Sendable {
    var name: String { get }
    var summary: String { get }
    /// Whether only the opened device tells which one it is, so that a definition says by `uid` which one it means.
    var isFloating: Bool { get }
    /// Reads the driver's own options, the `conf` of a definition.
    func configured(from decoder: any Decoder) throws -> ConfiguredDriver
}

extension ConfigurableDriver {
    public var isFloating: Bool { false }
}

/// A driver with its options: all that is needed to open a device.
public struct ConfiguredDriver: Sendable {
    public let name: String
    public let open: @Sendable (DriverContext) throws -> any Device
}
