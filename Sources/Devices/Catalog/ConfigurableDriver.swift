/// A driver of which only the name is known, as the catalogue keeps it.
public protocol ConfigurableDriver: Sendable {
    var name: String { get }
    var summary: String { get }
    /// Whether only the opened device tells which one it is, so that a definition says by `uid` which one it means.
    var isFloating: Bool { get }
    /// Reads the driver's own options, the `conf` of a definition.
    ///
    /// - Parameter uid: which device is meant, of a floating driver; nil for any other one.
    func configured(from decoder: any Decoder, uid: String?) throws -> ConfiguredDriver
}

extension ConfigurableDriver {
    public var isFloating: Bool { false }
}

/// A driver with its options: all that is needed to open a device.
public struct ConfiguredDriver: Sendable {
    public let name: String
    /// What the device will be.
    public let kind: DeviceKind
    /// The devices that its options refer to.
    public var references: [DeviceReference] = []
    /// The floating devices that are opened with it: itself, and those that its options name.
    public var floatingParts: [FloatingPart]
    public let open: @Sendable (DriverContext) throws -> any Device

    public init(
        name: String,
        kind: DeviceKind,
        floatingParts: [FloatingPart] = [],
        open: @escaping @Sendable (DriverContext) throws -> any Device
    ) {
        self.name = name
        self.kind = kind
        self.floatingParts = floatingParts
        self.open = open
    }
}
