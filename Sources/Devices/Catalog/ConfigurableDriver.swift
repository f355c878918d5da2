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
    /// How its devices are attached; nil if nothing can be told of it, as of simulations.
    var attachment: Attachment? { get }
    /// Asks what is at a serial port, by its path, for the serial number that devices of this driver tell; nil for a
    /// driver that has nothing to ask there.
    ///
    /// It only reads: no light goes on, and nothing is changed that outlives the talk.
    var ask: (@Sendable (_ port: String) throws -> String)? { get }
    /// All that can be tried without any options, of a floating driver whose options may be left out.
    var candidates: Candidates? { get }
}

extension ConfigurableDriver {
    /// The driver with what its options are where none are given.
    ///
    /// Throws a `DecodingError` if there are some that have to be given.
    public func configured(uid: String? = nil) throws -> ConfiguredDriver {
        try configured(from: NoOptionsDecoder(codingPath: [], userInfo: [:]), uid: uid)
    }

    public var isFloating: Bool { false }
    public var attachment: Attachment? { nil }
    public var ask: (@Sendable (_ port: String) throws -> String)? { nil }
    public var candidates: Candidates? { nil }
}

/// A driver with its options: all that is needed to open a device.
public struct ConfiguredDriver: Sendable {
    public let name: String
    /// What the device will be.
    public let kind: DeviceKind
    /// Whether the device will be a ``LightGate``.
    public var gatesLight = false
    /// The devices that its options refer to.
    public var references: [DeviceReference] = []
    /// How the device that its options mean is attached, as far as they tell.
    public var attachment: Attachment?
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
