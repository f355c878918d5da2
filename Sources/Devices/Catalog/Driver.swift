/// A kind of device that a configuration can name, and the function that opens one.
public struct Driver<Configuration: Decodable & Sendable>: ConfigurableDriver {
    /// The driver name in configuration files: `simulated-camera`.
    public let name: String
    /// The hardware it drives, in one line, for `--list-drivers`.
    public let summary: String
    /// Opens a device.
    public let open: @Sendable (Configuration, DriverContext) throws -> any Device
    public let kind: DeviceKind
    public let ask: (@Sendable (_ port: String) throws -> String)?
    private let attached: @Sendable (Configuration?) -> Attachment?
    /// Finds the device file at which the device is now.
    public var deviceFile: (@Sendable (Configuration) -> String?)?
    public var loadLibrary: (@Sendable () throws -> Void)?
    public var listedDevices: (@Sendable (DriverContext) throws -> [ListedDevice])?
    public var installationFaults: (@Sendable () -> [InstallationFault])?
    private let gatesLight: Bool
    private let isSimulator: Bool
    public internal(set) var proof: Proof?
    public private(set) var draft: String?

    /// - Parameters:
    ///   - attached: the attachment of the device that the options select, or of any device of the driver if there are
    ///     none.
    ///   - ask: asks the device at a serial port for its serial number, and changes nothing.
    ///   - isSimulator: whether its devices are simulations in any case.
    public init<Opened: Device & SendableMetatype>(
        _ name: String,
        _ summary: String,
        attached: @escaping @Sendable (Configuration?) -> Attachment? = { _ in nil },
        ask: (@Sendable (_ port: String) throws -> String)? = nil,
        isSimulator: Bool = false,
        open: @escaping @Sendable (Configuration, DriverContext) throws -> Opened
    ) {
        self.name = name
        self.summary = summary
        self.open = open
        (self.attached, self.ask) = (attached, ask)
        kind = DeviceKind(of: Opened.self)
        gatesLight = Opened.self is any LightGate.Type
        self.isSimulator = isSimulator
    }

    public var attachment: Attachment? { attached(nil) }

    /// The driver with options that a first configuration has; see ``ConfigurableDriver/draft``.
    public func drafted(_ options: String) -> Self {
        var driver = self
        driver.draft = options
        return driver
    }

    public func configured(from decoder: any Decoder, uid: String?) throws -> ConfiguredDriver {
        configured(try Configuration(from: decoder))
    }

    /// The driver with its options.
    public func configured(_ configuration: Configuration) -> ConfiguredDriver {
        var driver = ConfiguredDriver(name: name, kind: kind) { [open] context in try open(configuration, context) }
        driver.attachment = attached(configuration)
        if let deviceFile { driver.deviceFile = { deviceFile(configuration) } }
        driver.gatesLight = gatesLight
        driver.isSimulator = isSimulator
        return driver
    }
}

/// A driver of any type of configuration, as the catalogue keeps it.
public protocol ConfigurableDriver: Sendable {
    var name: String { get }
    var summary: String { get }
    /// Whether the identity of its devices is known only after opening, so that a definition selects one by `uid`.
    var isFloating: Bool { get }
    /// Reads the options of the driver, the `conf` of a definition.
    ///
    /// - Parameter uid: the uid of the device, for a floating driver; nil for any other driver.
    func configured(from decoder: any Decoder, uid: String?) throws -> ConfiguredDriver
    /// The attachment of its devices; nil if it is unknown, as for simulations.
    var attachment: Attachment? { get }
    /// Asks the device at a serial port, by its path, for its serial number; nil for a driver that cannot ask.
    ///
    /// It only reads: no light goes on, and nothing changes in the device.
    var ask: (@Sendable (_ port: String) throws -> String)? { get }
    /// Loads the vendor's library that its devices need, without opening one; nil for a driver without such a library,
    /// and for a floating one, whose ``candidates`` do the same.
    var loadLibrary: (@Sendable () throws -> Void)? { get }
    /// The devices that the vendor's library lists, without opening one; nil for a driver without such a list.
    ///
    /// Throws a `DeviceError` of kind `library` if the library is missing.
    var listedDevices: (@Sendable (DriverContext) throws -> [ListedDevice])? { get }
    /// What is wrong with the installation of the vendor's library that loading it does not show, found without opening a
    /// device; nil for a driver that does not look.
    var installationFaults: (@Sendable () -> [InstallationFault])? { get }
    /// The candidates without any options, for a floating driver whose options may be left out.
    var candidates: Candidates? { get }
    /// Options without a default, besides the port, as a person would correct them in a first configuration: the inside of
    /// a mapping in YAML, such as `address2type: { 1: stage }`; nil if there are none, or if nobody can guess them.
    var draft: String? { get }
    /// How far the driver is proven; nil for a simulation, and for a driver that does not state it.
    var proof: Proof? { get }
}

extension ConfigurableDriver {
    /// The driver with default options.
    ///
    /// Throws a `DecodingError` if there are options without a default.
    public func configured(uid: String? = nil) throws -> ConfiguredDriver {
        try configured(from: NoOptionsDecoder(codingPath: [], userInfo: [:]), uid: uid)
    }

    public var isFloating: Bool { false }
    public var attachment: Attachment? { nil }
    public var ask: (@Sendable (_ port: String) throws -> String)? { nil }
    public var candidates: Candidates? { nil }
    public var proof: Proof? { nil }
    public var draft: String? { nil }
    public var loadLibrary: (@Sendable () throws -> Void)? { nil }
    public var listedDevices: (@Sendable (DriverContext) throws -> [ListedDevice])? { nil }
    public var installationFaults: (@Sendable () -> [InstallationFault])? { nil }
}

/// A driver with its options, ready to open a device.
public struct ConfiguredDriver: Sendable {
    public let name: String
    /// The kind of the device.
    public let kind: DeviceKind
    /// Whether the device is a ``LightGate``.
    public var gatesLight = false
    /// Whether its devices are simulations in any case, as those of `simulated-camera`.
    public var isSimulator = false
    /// The devices that its options refer to.
    public var references: [DeviceReference] = []
    /// The attachment of the device, as far as the options determine it.
    public var attachment: Attachment?
    /// The device file at which the device is now; nil if it is absent or has none.
    public var deviceFile: (@Sendable () -> String?)?
    /// The files that its options name.
    public var files: [OptionFile] = []
    /// The floating devices that are opened with it: the device itself, and those that its options name.
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

/// The drivers that a program was built with, by their names in configurations.
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

/// The way in which devices of a driver are attached, for programs that list hardware without opening it.
public enum Attachment: Sendable, Hashable {
    /// On USB.
    ///
    /// - Parameters:
    ///   - kinds: vendor and product in hexadecimal, `03c3:1f01`; `136e` is any product of that vendor.
    ///   - serial: the serial number of the device; nil if the options do not name one.
    ///   - port: its port as the kernel writes it, `1-4.2`; nil if the options do not name one.
    case usb(kinds: [String], serial: String? = nil, port: String? = nil)
    /// At a serial port: a path, or `usb:SERIAL`; nil if the options do not name one.
    case serialPort(String?)
    /// At a node of Video4Linux, by its path, its camera's serial number or USB port; all nil if the options
    /// name none.
    case video(path: String?, serial: String?, port: String?)
}
