internal import Devices
internal import Logging

/// Reads one configuration: keeps the errors it finds and goes on.
final class ConfigurationReader {
    let file: String
    let drivers: DriverCatalog
    /// Whether certificates and keys have to be there and usable.
    let opensFiles: Bool
    private(set) var errors: [ConfigurationError] = []
    /// The floating devices that the options being read name.
    var floatingParts = FloatingParts()
    /// The devices that the options being read refer to, and what was found in those read so far.
    var deviceReferences = DeviceReferences()
    var references: [ReferencePlace] = []
    /// How many values so far are not the file's but stand in for wrong or missing ones.
    private var placeholders = 0
    /// What is being read and may turn out to hold more than was asked for.
    private var unfinished: [any PartlyRead] = []

    init(file: String, drivers: DriverCatalog, opensFiles: Bool = false) {
        self.file = file
        self.drivers = drivers
        self.opensFiles = opensFiles
    }

    func report(_ error: ConfigurationError) { errors.append(error) }

    /// Notes that reading goes on with a value that is not the file's.
    func makeUp() { placeholders += 1 }

    /// The value of a node, or nil with an error reported.
    func value<Value>(of node: ConfigurationNode, _ expectation: Expectation<Value>) -> Value? {
        if node.isPlaceholder { return nil }
        do throws(ConfigurationError) { return try expectation.value(of: node) } catch { report(error) }
        return nil
    }

    /// Reads a mapping and reports the keys that were not asked for.
    func section<Result>(_ node: ConfigurationNode, _ body: (Section) -> Result?) -> Result? {
        do throws(ConfigurationError) {
            let section = try Section(node, reader: self)
            defer { section.reportUnread() }
            return body(section)
        } catch {
            report(error)
            return nil
        }
    }

    /// The items of a list; none, with an error reported, if it is something else or empty.
    func items(of node: ConfigurationNode, _ description: String) -> [ConfigurationNode] {
        switch node.content {
        case .list(let items) where !items.isEmpty: return items
        case .placeholder: return []
        default: report(node.error("expected \(description), got \(node.summary)"))
        }
        return []
    }
}

extension ConfigurationReader {
    func begin(_ part: any PartlyRead) { unfinished.append(part) }

    /// Runs a type's own reading, then reports what it left unread, or what it threw.
    ///
    /// - Returns: nil if it failed, with an error reported.
    func attempt<Value>(at node: ConfigurationNode, _ body: () throws -> Value) -> Value? {
        let begun = unfinished.count
        let guessed = placeholders
        defer { unfinished.removeSubrange(begun...) }
        do {
            let value = try body()
            for part in unfinished[begun...] { part.reportUnread() }
            return value
        } catch {
            // A type may well refuse what stands in for a wrong value, and that is nothing to bother anybody with.
            if placeholders == guessed, !node.isPlaceholder { report(node.error(for: error, reading: Value.self)) }
            return nil
        }
    }
}

extension ConfigurationReader {
    /// The configuration that a text tells, or nil; either way with the errors reported.
    func configuration(of text: String) -> ServerConfiguration? {
        do throws(ConfigurationError) {
            var tree = YAMLTree(file: file) { self.report($0) }
            return section(try tree.root(of: text), configuration)
        } catch {
            report(error)
            return nil
        }
    }

    private func configuration(in file: Section) -> ServerConfiguration? {
        var defaults = DefinitionDefaults()
        file.read("host", .host, into: &defaults.host)
        defaults.pyro = pyroOptions(of: file, over: defaults.pyro)
        let log = logOptions(of: file)
        let nodes = items(of: file.requiredValue("devices"), "a list of devices")
        var claims = Claims()
        let definitions = nodes.compactMap { definition($0, defaults, &claims) }
        checkReferences(among: definitions.flatMap(\.devices), names: claims.takenNames)
        let rig = rig(of: file, claims.takenNames)
        return ServerConfiguration(definitions: definitions, log: log, rig: rig)
    }

    private func logOptions(of file: Section) -> LogOptions {
        var options = LogOptions()
        guard let node = file.value("log"), !node.isNull else { return options }
        _ = section(node) { log in
            options.directory = log.read("directory", .text("a path") { !$0.isEmpty })
            log.read("level", .word, into: &options.level)
            log.read("max_size", .byteCount(in: LogOptions.sizes), into: &options.maximumSize)
            log.read("keep", .integer(in: LogOptions.fileCounts), into: &options.keptFiles)
        }
        return options
    }
}
