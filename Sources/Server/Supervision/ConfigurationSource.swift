public import Devices

/// Where a configuration comes from: a file, which can be read again, or the program itself.
public struct ConfigurationSource: Sendable {
    private enum Origin {
        case file(DriverCatalog)
        case program
    }

    /// What the configuration was at some time.
    struct Version: Sendable {
        let configuration: ServerConfiguration
        /// What the file held; nil for a program's.
        let text: String?

        var definitions: [Numbered] {
            configuration.definitions.enumerated().map { index, definition in
                Numbered(definition: definition, index: index, text: text, all: configuration.definitions)
            }
        }
    }

    /// A definition, with the text of the file and its place in it, by which a worker finds it again.
    struct Numbered: Sendable {
        let definition: Definition
        let index: Int
        let text: String?
        let all: [Definition]
    }

    /// What errors call the file.
    let file: String
    let isSimulated: Bool
    let first: Version
    private let origin: Origin
    private let adjust: @Sendable (inout ServerConfiguration) -> Void

    /// Reads a configuration and reports every error in it at once.
    ///
    /// - Parameters:
    ///   - isSimulated: whether every device talks to a simulation of its hardware.
    ///   - adjust: changes what the file says, as a command line may.
    public init(
        file: String,
        drivers: DriverCatalog,
        isSimulated: Bool = false,
        adjust: @escaping @Sendable (inout ServerConfiguration) -> Void = { _ in }
    ) throws(ConfigurationErrors) {
        (self.file, self.isSimulated, self.adjust) = (file, isSimulated, adjust)
        origin = .file(drivers)
        first = try Self.read(file, drivers, isSimulated, adjust)
    }

    /// Takes a configuration that the program makes, here and in each worker.
    ///
    /// - Parameter program: the program's path, by which others know its configuration.
    public init(
        _ configuration: ServerConfiguration,
        of program: String,
        isSimulated: Bool = false,
        adjust: @escaping @Sendable (inout ServerConfiguration) -> Void = { _ in }
    ) {
        (file, self.isSimulated, self.adjust) = (program, isSimulated, adjust)
        origin = .program
        first = Version(configuration, text: nil, isSimulated, adjust)
    }

    /// The whole path of the program that runs, by which the configuration that it makes is known.
    public static var programPath: String? { "/proc/self/exe".realPath }

    public var configuration: ServerConfiguration { first.configuration }

    /// The whole path of the file, wherever the program was started.
    var path: String { file.realPath ?? file }

    /// Throws ``ConfigurationErrors``, or a ``ControlError`` if there is nothing to be read again.
    func read() throws -> Version {
        guard case .file(let drivers) = origin else {
            throw ControlError(
                "the configuration is part of \(file): end the program, and start it again, to change it"
            )
        }
        return try Self.read(file, drivers, isSimulated, adjust)
    }

    private static func read(
        _ file: String,
        _ drivers: DriverCatalog,
        _ isSimulated: Bool,
        _ adjust: (inout ServerConfiguration) -> Void
    ) throws(ConfigurationErrors) -> Version {
        let text = try ServerConfiguration.text(ofFile: file)
        let configuration = try ServerConfiguration(text: text, file: file, drivers: drivers, opensFiles: true)
        return Version(configuration, text: text, isSimulated, adjust)
    }
}

extension ConfigurationSource.Version {
    fileprivate init(
        _ configuration: ServerConfiguration,
        text: String?,
        _ isSimulated: Bool,
        _ adjust: (inout ServerConfiguration) -> Void
    ) {
        var configuration = configuration
        if isSimulated { configuration.simulateEverything() }
        adjust(&configuration)
        self.init(configuration: configuration, text: text)
    }
}

extension WorkerOrder {
    init(_ definition: ConfigurationSource.Numbered, _ source: ConfigurationSource, memory: DeviceMemory) {
        self.init(
            text: definition.text,
            file: source.file,
            definition: definition.index,
            isSimulated: source.isSimulated,
            log: source.configuration.log,
            memory: memory
        )
        name = definition.definition.name
    }
}
