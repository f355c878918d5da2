public import Devices
internal import Drivers
public import Server

/// A microscope: the devices that a program serves, and its options.
///
///     await Microscope {
///         DeviceDefinition("RedCamera", .andorSDK3, uid: "VSC-01234", port: 8001, enable: true)
///         DeviceDefinition("Wheel", .simulatedFilterWheel, conf: .init(positions: 6), port: 8002)
///     }
///     .run()
///
/// The program starts itself again for each definition and makes the microscope again in each of these processes, so it
/// must make the same one each time. Functions that open devices are called only in these processes.
public struct Microscope: Sendable {
    /// Nil if a file defines the microscope.
    private let drafts: [DefinitionDraft]?
    let drivers: DriverCatalog
    private let host: String
    private let pyro: PyroOptions
    private let safety: SafetyOptions
    private let interlocks: [Interlock]
    private let log: LogOptions
    private let place: Place

    /// A microscope with the listed devices.
    ///
    /// - Parameters:
    ///   - host: the name or address where definitions listen by default; `0.0.0.0` lets other machines connect.
    ///   - drivers: more drivers for configuration files, in addition to this package's. The program serves a file instead
    ///     of the devices listed here if it is started with one.
    ///   - pyro: changes the options of the communication with clients, for all definitions.
    ///   - safety: the rules for light and for hanging calls, for all devices.
    ///   - interlocks: the conditions under which lights may be on.
    ///   - log: changes the options of the log.
    public init(
        host: String = "127.0.0.1",
        drivers: [any ConfigurableDriver] = [],
        pyro: (inout PyroOptions) -> Void = { _ in },
        safety: SafetyOptions = SafetyOptions(),
        interlocks: [Interlock] = [],
        log: (inout LogOptions) -> Void = { _ in },
        file: String = #fileID,
        line: Int = #line,
        @MicroscopeBuilder devices: () -> [MicroscopePart]
    ) {
        self.init(
            devices().map(\.draft),
            host,
            drivers,
            pyro,
            (safety, interlocks),
            log,
            Place(file: file, line: line)
        )
    }

    /// A microscope that a configuration file defines, which is named on the command line.
    ///
    /// - Parameter drivers: more drivers for the file, in addition to this package's.
    public init(drivers: [any ConfigurableDriver] = []) {
        self.init(nil, "127.0.0.1", drivers, { _ in }, (SafetyOptions(), []), { _ in }, Place(file: ""))
    }

    private init(
        _ drafts: [DefinitionDraft]?,
        _ host: String,
        _ drivers: [any ConfigurableDriver],
        _ pyro: (inout PyroOptions) -> Void,
        _ safety: (options: SafetyOptions, interlocks: [Interlock]),
        _ log: (inout LogOptions) -> Void,
        _ place: Place
    ) {
        var (pyroOptions, logOptions) = (PyroOptions(), LogOptions())
        pyro(&pyroOptions)
        log(&logOptions)
        (self.drafts, self.host, self.pyro, self.log, self.place) = (drafts, host, pyroOptions, logOptions, place)
        (self.safety, interlocks) = safety
        self.drivers = .of(drivers)
    }

    /// Whether the program defines the devices.
    var isDefined: Bool { drafts != nil }

    /// The configuration that the program defines; throws all errors in it.
    func configuration() throws(ConfigurationErrors) -> ServerConfiguration {
        try ServerConfiguration(
            drafts ?? [],
            host: host,
            pyro: pyro,
            safety: safety,
            interlocks: interlocks,
            log: log,
            place: place
        )
    }

    /// Runs the command on the command line, which serves the devices by default, then ends.
    ///
    /// Ends the program after an error, and in the processes that serve a definition.
    public func run() async { await Program(self).run() }
}

/// A part of a microscope with its own process: a device, a group, or devices that are opened together.
public struct MicroscopePart: Sendable {
    let draft: DefinitionDraft
}

/// The builder of a microscope's parts.
@resultBuilder
public enum MicroscopeBuilder {
    public static func buildExpression(_ device: DeviceDefinition) -> [MicroscopePart] {
        [MicroscopePart(draft: .device(device.draft))]
    }
    public static func buildExpression(_ group: DeviceGroup) -> [MicroscopePart] {
        [MicroscopePart(draft: .group(group.draft))]
    }
    public static func buildExpression(_ set: DeviceSet) -> [MicroscopePart] {
        [MicroscopePart(draft: .group(set.draft))]
    }
    public static func buildExpression(_ devices: [DeviceDefinition]) -> [MicroscopePart] {
        devices.map { MicroscopePart(draft: .device($0.draft)) }
    }
    public static func buildExpression(_ parts: [MicroscopePart]) -> [MicroscopePart] { parts }
    public static func buildBlock(_ parts: [MicroscopePart]...) -> [MicroscopePart] { parts.flatMap(\.self) }
    public static func buildArray(_ parts: [[MicroscopePart]]) -> [MicroscopePart] { parts.flatMap(\.self) }
    public static func buildOptional(_ parts: [MicroscopePart]?) -> [MicroscopePart] { parts ?? [] }
    public static func buildEither(first parts: [MicroscopePart]) -> [MicroscopePart] { parts }
    public static func buildEither(second parts: [MicroscopePart]) -> [MicroscopePart] { parts }
}

extension DriverCatalog {
    /// This package's drivers and others, where others of the same name replace this package's.
    static func of(_ others: [any ConfigurableDriver]) -> DriverCatalog {
        DriverCatalog(
            others + Drivers.drivers.drivers.filter { ours in !others.contains { $0.name == ours.name } }
        )
    }
}
