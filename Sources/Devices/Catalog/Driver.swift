/// A kind of device that a configuration can name, and how to open one.
public struct Driver<Configuration: Decodable & Sendable>: ConfigurableDriver {
    /// The word for it in configuration files: `simulated-camera`.
    public let name: String
    /// What it drives, in a line, for `--list-drivers`.
    public let summary: String
    /// Opens a device, on the thread that will make all calls to it.
    public let open: @Sendable (Configuration, DriverContext) throws -> any Device
    public let kind: DeviceKind
    public let ask: (@Sendable (_ port: String) throws -> String)?
    private let attached: @Sendable (Configuration?) -> Attachment?
    private let gatesLight: Bool

    /// - Parameters:
    ///   - attached: how the device that the options mean is attached, or any of the driver's if there are none.
    ///   - ask: asks what is at a serial port for its serial number, and changes nothing.
    public init<Opened: Device & SendableMetatype>(
        _ name: String,
        _ summary: String,
        attached: @escaping @Sendable (Configuration?) -> Attachment? = { _ in nil },
        ask: (@Sendable (_ port: String) throws -> String)? = nil,
        open: @escaping @Sendable (Configuration, DriverContext) throws -> Opened
    ) {
        self.name = name
        self.summary = summary
        self.open = open
        (self.attached, self.ask) = (attached, ask)
        kind = DeviceKind(of: Opened.self)
        gatesLight = Opened.self is any LightGate.Type
    }

    public var attachment: Attachment? { attached(nil) }

    public func configured(from decoder: any Decoder, uid: String?) throws -> ConfiguredDriver {
        configured(try Configuration(from: decoder))
    }

    /// The driver with its options.
    public func configured(_ configuration: Configuration) -> ConfiguredDriver {
        var driver = ConfiguredDriver(name: name, kind: kind) { [open] context in try open(configuration, context) }
        driver.attachment = attached(configuration)
        driver.gatesLight = gatesLight
        return driver
    }
}

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
    public var cameraRequests: [CameraRequest]
    public let open: @Sendable (DriverContext) throws -> any Device

    public init(
        name: String,
        kind: DeviceKind,
        cameraRequests: [CameraRequest] = [],
        open: @escaping @Sendable (DriverContext) throws -> any Device
    ) {
        self.name = name
        self.kind = kind
        self.cameraRequests = cameraRequests
        self.open = open
    }
}

/// The drivers that a program was built with, by the words that configurations use.
public struct DriverCatalog: Sendable {
    public let drivers: [any ConfigurableDriver]

    public init(_ drivers: [any ConfigurableDriver]) { self.drivers = drivers }

    public subscript(name: String) -> (any ConfigurableDriver)? { drivers.first { $0.name == name } }

    public var names: [String] { drivers.map(\.name) }
}

extension CodingUserInfoKey {
    /// Under which a decoder carries the catalogue, for drivers whose options name other drivers.
    // The name is not empty, so the key is made.
    public static let driverCatalog = CodingUserInfoKey(rawValue: "drivers")!
}

/// How the devices of a driver are attached, for programs that look what is there without opening it.
public enum Attachment: Sendable, Hashable {
    /// On USB.
    ///
    /// - Parameters:
    ///   - kinds: vendor and product in hexadecimal, `03c3:1f01`; `136e` is any product of a vendor's.
    ///   - serial: the serial number of the one that is meant; nil if the options name none.
    ///   - port: its port as the kernel writes it, `1-4.2`; nil if the options name none.
    case usb(kinds: [String], serial: String? = nil, port: String? = nil)
    /// At a serial port: a path, or `usb:SERIAL`; nil if the options name none.
    case serialPort(String?)
}
