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
