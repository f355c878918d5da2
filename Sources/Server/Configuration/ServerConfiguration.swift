public import Devices

/// What a server serves and how, as a configuration file says.
///
/// Reading the same text gives the same configuration, so a worker process is handed the text and the number of its
/// definition.
public struct ServerConfiguration: Sendable {
    public var definitions: [Definition]
    public var log: LogOptions
    /// What tests on a bench need to know.
    public var rig: RigWiring

    public init(definitions: [Definition], log: LogOptions = LogOptions(), rig: RigWiring = RigWiring()) {
        self.definitions = definitions
        self.log = log
        self.rig = rig
    }

    /// Reads the text of a configuration and reports every error in it at once.
    ///
    /// - Parameters:
    ///   - file: What errors call the file.
    ///   - opensFiles: whether certificates and keys have to be there and usable: by the server itself, while others who
    ///     want to know what it serves may not be allowed to read them.
    public init(
        text: String,
        file: String,
        drivers: DriverCatalog,
        opensFiles: Bool = false
    ) throws(ConfigurationErrors) {
        let reader = ConfigurationReader(file: file, drivers: drivers, opensFiles: opensFiles)
        let configuration = reader.configuration(of: text)
        guard let configuration, reader.errors.isEmpty else { throw ConfigurationErrors(reader.errors) }
        self = configuration
    }

    /// Reads a configuration file and reports every error in it at once.
    public init(file: String, drivers: DriverCatalog) throws(ConfigurationErrors) {
        try self.init(text: Self.text(ofFile: file), file: file, drivers: drivers)
    }

    /// Lets every device talk to a simulation of its hardware.
    public mutating func simulateEverything() {
        for definition in definitions.indices {
            for device in definitions[definition].devices.indices {
                definitions[definition].devices[device].isSimulated = true
            }
        }
    }
}
