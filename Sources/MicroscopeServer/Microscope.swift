public import Devices
internal import DriverCatalogue
public import Server

/// A microscope: the devices that a program serves, and how.
///
///     await Microscope {
///         DeviceDefinition("RedCamera", .andorSDK3, uid: "VSC-01234", port: 8001, enable: true)
///         DeviceDefinition("Wheel", .simulatedFilterWheel, conf: .init(positions: 6), port: 8002)
///     }
///     .run()
///
/// The program starts itself again for each definition, and makes all of this anew in each of these processes, so that
/// it has to come out the same each time. Functions that open devices are called there alone.
public struct Microscope: Sendable {
    /// Nil where a file defines it.
    private let drafts: [DefinitionDraft]?
    let drivers: DriverCatalog
    private let host: String
    private let pyro: PyroOptions
    private let log: LogOptions
    private let place: Place

    /// A microscope of the devices that are listed.
    ///
    /// - Parameters:
    ///   - host: the name or address that definitions listen at unless they say otherwise; `0.0.0.0` lets other
    ///     machines connect.
    ///   - drivers: drivers that a configuration file can name, beside this package's: one may be given to the program
    ///     in place of the devices that are listed here.
    ///   - pyro: changes how to talk to clients, for all definitions.
    ///   - log: changes what is logged, and where.
    public init(
        host: String = "127.0.0.1",
        drivers: [any ConfigurableDriver] = [],
        pyro: (inout PyroOptions) -> Void = { _ in },
        log: (inout LogOptions) -> Void = { _ in },
        file: String = #fileID,
        line: Int = #line,
        @MicroscopeBuilder devices: () -> [MicroscopePart]
    ) {
        self.init(devices().map(\.draft), host, drivers, pyro, log, Place(file: file, line: line))
    }

    /// A microscope that a configuration file defines, which the program is given.
    ///
    /// - Parameter drivers: drivers that the file can name, beside this package's.
    public init(drivers: [any ConfigurableDriver] = []) {
        self.init(nil, "127.0.0.1", drivers, { _ in }, { _ in }, Place(file: ""))
    }

    private init(
        _ drafts: [DefinitionDraft]?,
        _ host: String,
        _ drivers: [any ConfigurableDriver],
        _ pyro: (inout PyroOptions) -> Void,
        _ log: (inout LogOptions) -> Void,
        _ place: Place
    ) {
        var (pyroOptions, logOptions) = (PyroOptions(), LogOptions())
        pyro(&pyroOptions)
        log(&logOptions)
        (self.drafts, self.host, self.pyro, self.log, self.place) = (drafts, host, pyroOptions, logOptions, place)
        self.drivers = .of(drivers)
    }

    /// Whether it is the program that says which devices there are.
    var isDefined: Bool { drafts != nil }

    /// What the program defines; throws with every error in it.
    func configuration() throws(ConfigurationErrors) -> ServerConfiguration {
        try ServerConfiguration(drafts ?? [], host: host, pyro: pyro, log: log, place: place)
    }

    /// Does what the command line asks for, which is to serve the devices unless it says otherwise, then ends.
    ///
    /// Ends the program if there is an error, and in the processes that serve a definition.
    public func run() async { await Program(self).run() }
}

/// What of a microscope a process serves: a device, a group or devices that are opened together.
public struct MicroscopePart: Sendable {
    let draft: DefinitionDraft
}

/// Gathers the parts of a microscope.
@resultBuilder
public enum MicroscopeBuilder {
    public static func buildExpression(_ device: DeviceDefinition) -> [MicroscopePart] { [device.part] }
    public static func buildExpression(_ group: DeviceGroup) -> [MicroscopePart] { [group.part] }
    public static func buildExpression(_ set: DeviceSet) -> [MicroscopePart] { [set.part] }
    public static func buildExpression(_ devices: [DeviceDefinition]) -> [MicroscopePart] { devices.map(\.part) }
    public static func buildExpression(_ parts: [MicroscopePart]) -> [MicroscopePart] { parts }
    public static func buildBlock(_ parts: [MicroscopePart]...) -> [MicroscopePart] { parts.flatMap(\.self) }
    public static func buildArray(_ parts: [[MicroscopePart]]) -> [MicroscopePart] { parts.flatMap(\.self) }
    public static func buildOptional(_ parts: [MicroscopePart]?) -> [MicroscopePart] { parts ?? [] }
    public static func buildEither(first parts: [MicroscopePart]) -> [MicroscopePart] { parts }
    public static func buildEither(second parts: [MicroscopePart]) -> [MicroscopePart] { parts }
}

extension DriverCatalog {
    /// This package's drivers and others, of which one with the same word takes the place of this package's.
    static func of(_ others: [any ConfigurableDriver]) -> DriverCatalog {
        DriverCatalog(
            others + DriverCatalogue.drivers.drivers.filter { ours in !others.contains { $0.name == ours.name } }
        )
    }
}
