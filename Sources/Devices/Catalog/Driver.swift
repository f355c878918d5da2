/// A kind of device that a configuration can name, and how to open one.
public struct Driver<Configuration: Decodable & Sendable>: ConfigurableDriver {
    /// The word for it in configuration files: `simulated-camera`.
    public let name: String
    /// What it drives, in a line, for `--list-drivers`.
    public let summary: String
    /// Opens a device, on the thread that will make all calls to it.
    public let open: @Sendable (Configuration, DriverContext) throws -> any Device
    public let kind: DeviceKind

    public init<Opened: Device & SendableMetatype>(
        _ name: String,
        _ summary: String,
        open: @escaping @Sendable (Configuration, DriverContext) throws -> Opened
    ) {
        self.name = name
        self.summary = summary
        self.open = open
        kind = DeviceKind(of: Opened.self)
    }

    public func configured(from decoder: any Decoder, uid: String?) throws -> ConfiguredDriver {
        let configuration = try Configuration(from: decoder)
        return ConfiguredDriver(name: name, kind: kind) { [open] context in try open(configuration, context) }
    }
}
