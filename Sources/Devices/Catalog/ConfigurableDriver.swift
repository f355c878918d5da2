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
    /// The floating devices that are opened with it: itself, and those that its options name.
    public var floatingParts: [FloatingPart]
    /// Whether what it opens may be a light source, or have one among its parts.
    public let mayHaveLight: Bool
    public let open: @Sendable (DriverContext) throws -> any Device

    public init(
        name: String,
        floatingParts: [FloatingPart] = [],
        mayHaveLight: Bool,
        open: @escaping @Sendable (DriverContext) throws -> any Device
    ) {
        self.name = name
        self.floatingParts = floatingParts
        self.mayHaveLight = mayHaveLight
        self.open = open
    }
}

extension Device {
    /// Whether a device of the type may be a light source, or have one among its parts.
    static var mayHaveLight: Bool { self is any LightSource.Type || self is any Controller.Type }
}
