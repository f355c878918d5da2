public import Devices
internal import Pickle
internal import Platform

/// The origin of a configuration: a file, which can be read again, or the program itself.
public struct ConfigurationSource: Sendable {
    private enum Origin {
        case file(DriverCatalog)
        case program
    }

    /// The configuration as it was at one time.
    struct Version: Sendable {
        let configuration: ServerConfiguration
        /// The content of the file; nil for a configuration made by the program.
        let text: String?

        var definitions: [Numbered] {
            configuration.definitions.enumerated().map { index, definition in
                Numbered(definition: definition, index: index, text: text, all: configuration.definitions)
            }
        }
    }

    /// A definition with the text of its file and its index there, by which a worker finds it again.
    struct Numbered: Sendable {
        let definition: Definition
        let index: Int
        let text: String?
        let all: [Definition]
    }

    /// The name of the file in errors.
    let file: String
    let isSimulated: Bool
    let first: Version
    private let origin: Origin
    private let adjust: @Sendable (inout ServerConfiguration) -> Void

    /// Reads a configuration and reports every error in it at once.
    ///
    /// - Parameters:
    ///   - isSimulated: whether every device talks to a simulation of its hardware.
    ///   - adjust: overrides values of the file, as options of a command line do.
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
    /// - Parameter program: the program's path, which identifies its configuration.
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

    /// The absolute path of the running program, which identifies the configuration that it makes.
    public static var programPath: String? { FileSystem.realPath("/proc/self/exe") }

    public var configuration: ServerConfiguration { first.configuration }

    /// The absolute path of the file.
    var path: String { FileSystem.realPath(file) ?? file }

    /// Throws ``ConfigurationErrors``, or a ``ServerError`` if there is no file to read again.
    func read() throws -> Version {
        guard case .file(let drivers) = origin else {
            throw ServerError(
                "the configuration is part of \(file): to change it, end the program and start it again"
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
    init(_ definition: ConfigurationSource.Numbered, _ source: ConfigurationSource, memory: RestoreLog) {
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

/// The differences between the definitions that are served and a new version of the configuration.
struct ConfigurationChanges: Sendable, CustomStringConvertible {
    /// The names of definitions that were removed or changed.
    let ended: Set<String>
    /// Definitions that are new or changed.
    let begun: [ConfigurationSource.Numbered]
    let unchanged: [String]
    /// Light sources of ended definitions that may be on.
    var uncertainLights: [LightsOff.Finding] = []
    /// The problems of the new configuration on this computer.
    var findings: [ConfigurationFinding] = []

    init(from old: [Definition], to new: ConfigurationSource.Version) {
        var kept = new.definitions.map(\.definition).filter { next in old.contains { $0.isServed(as: next) } }
        var count: Int
        repeat {
            count = kept.count
            // A definition that uses a device served elsewhere from now on must connect to it there.
            let staying = Set(kept.flatMap(\.devices).map(\.name)).union(new.fixedNames(since: old))
            kept.removeAll { !$0.foreignParts.isSubset(of: staying) }
        } while kept.count < count
        unchanged = kept.map(\.name)
        begun = new.definitions.filter { [unchanged] in !unchanged.contains($0.definition.name) }
        ended = Set(old.map(\.name)).subtracting(unchanged)
    }

    var changed: [String] { begun.map(\.definition.name).filter(ended.contains) }
    var added: [String] { begun.map(\.definition.name).filter { !ended.contains($0) } }
    var removed: [String] { ended.subtracting(changed).sorted() }

    var description: String {
        let parts = [("new", added), ("changed", changed), ("gone", removed)].filter { !$0.1.isEmpty }
        guard !parts.isEmpty else { return "nothing has changed" }
        return parts.map { "\($0.0): \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
    }
}

extension Definition {
    /// Whether clients would notice no difference between this definition and another.
    fileprivate func isServed(as other: Definition) -> Bool {
        name == other.name && text == other.text && endpoint == other.endpoint && pyro == other.pyro
    }
}

extension ConfigurationSource.Version {
    /// The names of devices that are served at the same address as before.
    fileprivate func fixedNames(since old: [Definition]) -> Set<String> {
        let places = Dictionary(old.flatMap(\.places)) { first, _ in first }
        return Set(definitions.flatMap(\.definition.places).filter { places[$0.0] == $0.1 }.map(\.0))
    }
}

extension Definition {
    /// The address of each device; none where the kernel chooses the port.
    fileprivate var places: [(String, PyroURI.Location)] {
        if case .tcp(_, 0) = endpoint { return [] }
        return devices.map { ($0.name, endpoint) }
    }
}
