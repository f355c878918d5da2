public import Devices

/// A configuration file, as it was read first and for reading it again.
public struct ConfigurationSource: Sendable {
    /// What the file held at some time.
    struct Version: Sendable {
        let configuration: ServerConfiguration
        let text: String

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
        let text: String
        let all: [Definition]
    }

    /// What errors call the file.
    let file: String
    let isSimulated: Bool
    let first: Version
    private let drivers: DriverCatalog
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
        (self.file, self.drivers, self.isSimulated, self.adjust) = (file, drivers, isSimulated, adjust)
        first = try Self.read(file, drivers, isSimulated, adjust)
    }

    public var configuration: ServerConfiguration { first.configuration }

    /// The whole path of the file, wherever the program was started.
    var path: String { file.realPath ?? file }

    func read() throws(ConfigurationErrors) -> Version { try Self.read(file, drivers, isSimulated, adjust) }

    private static func read(
        _ file: String,
        _ drivers: DriverCatalog,
        _ isSimulated: Bool,
        _ adjust: (inout ServerConfiguration) -> Void
    ) throws(ConfigurationErrors) -> Version {
        let text = try ServerConfiguration.text(ofFile: file)
        var configuration = try ServerConfiguration(text: text, file: file, drivers: drivers, opensFiles: true)
        if isSimulated { configuration.simulateEverything() }
        adjust(&configuration)
        return Version(configuration: configuration, text: text)
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
    }
}
