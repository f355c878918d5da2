internal import Devices
internal import Logging
internal import Platform

/// A reader of one configuration, which collects the errors that it finds and continues after each.
final class ConfigurationReader {
    let file: String
    let drivers: DriverCatalog
    /// Whether certificates and keys must exist and be usable.
    let opensFiles: Bool
    private(set) var errors: [ConfigurationError] = []
    /// The floating devices that the driver options being read name.
    var cameraRequests = CameraRequests()
    /// The other devices that the driver options being read refer to.
    var deviceReferences = DeviceReferences()
    /// The files that the driver options being read name.
    var optionFiles = OptionFiles()
    /// The keys that sections were asked for, by the path of the section without list indices.
    private(set) var knownKeys: [String: Set<String>] = [:]
    /// The number of placeholders that took the place of wrong or missing values so far.
    private var placeholders = 0
    /// Mappings and lists that are being read and may hold more than was asked for.
    private var unfinished: [any PartlyRead] = []

    init(file: String, drivers: DriverCatalog, opensFiles: Bool = false) {
        self.file = file
        self.drivers = drivers
        self.opensFiles = opensFiles
    }

    func report(_ error: ConfigurationError) { errors.append(error) }

    /// The folder of the file, from which relative paths count.
    var folder: String { FileSystem.folder(of: file) }

    /// A path of the file, which counts from the file's folder if it is relative.
    func resolved(_ path: String) -> String { path.first == "/" || folder.isEmpty ? path : "\(folder)/\(path)" }

    /// Counts a placeholder that takes the place of a wrong value.
    func substitute() { placeholders += 1 }

    func note(known keys: Set<String>, in node: ConfigurationNode) {
        knownKeys[node.path.filter { $0.intValue == nil }.text, default: []].formUnion(keys)
    }

    /// The value of a node; nil after reporting that it is wrong.
    func value<Value>(of node: ConfigurationNode, _ expectation: Expectation<Value>) -> Value? {
        if node.isPlaceholder { return nil }
        return reporting { () throws(ConfigurationError) in try expectation.value(of: node) }
    }

    /// The result of a body; nil after reporting the error that it threw.
    @discardableResult
    func reporting<Value>(_ body: () throws(ConfigurationError) -> Value) -> Value? {
        do throws(ConfigurationError) { return try body() } catch { report(error) }
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

    /// The items of a list; none after reporting that it is empty or something else.
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

    /// Runs a type's own reading, then reports the parts that it left unread and the error that it threw.
    ///
    /// A type may refuse the placeholder of a missing key before it has read all others; then only keys that it cannot have
    /// are reported as unknown.
    ///
    /// - Returns: nil if it failed, after reporting an error.
    func attempt<Value>(at node: ConfigurationNode, _ body: () throws -> Value) -> Value? {
        let begun = unfinished.count
        let guessed = placeholders
        defer { unfinished.removeSubrange(begun...) }
        do {
            let value = try body()
            for part in unfinished[begun...] { part.reportUnread(isFinished: true) }
            return value
        } catch {
            for part in unfinished[begun...] { part.reportUnread(isFinished: false) }
            // A type may refuse a placeholder, which is not the user's error.
            if placeholders == guessed, !node.isPlaceholder { report(node.error(for: error, reading: Value.self)) }
            return nil
        }
    }
}

extension ConfigurationReader {
    /// The configuration in a file's text; nil if nothing of it can be read.
    ///
    /// All errors are reported.
    func configuration(of text: String) -> ServerConfiguration? {
        do throws(ConfigurationError) {
            let root = try YAMLComposer.root(of: text, file: file) { self.report($0) }
            if case .mapping = root.content { return configuration(root) }
            throw ForeignWords.file(file, text) ?? root.error("expected a mapping, got \(root.summary)")
        } catch {
            report(ForeignWords.file(file, text) ?? error)
            return nil
        }
    }

    /// The configuration in the tree of a file or of a program's drafts.
    func configuration(_ root: ConfigurationNode) -> ServerConfiguration? { section(root, configuration) }

    private func configuration(in file: Section) -> ServerConfiguration? {
        file.report { key in ForeignWords.version(key, file.position(of: key)) }
        let host = file.read("host", .host) ?? "127.0.0.1"
        let pyro = pyroOptions(of: file, over: PyroOptions())
        let log = logOptions(of: file)
        let reader = DefinitionReader(self, host: host, pyro: pyro, safety: file.safetyOptions(over: SafetyOptions()))
        var definitions = items(of: file.requiredValue("devices"), "a list of devices").compactMap(reader.definition)
        let devices = definitions.flatMap(\.devices)
        reader.checkReferences(among: devices)
        let interlocks = reader.interlocks(of: file, devices)
        for index in definitions.indices { definitions[index].add(interlocks) }
        return ServerConfiguration(definitions: definitions, log: log, rig: rig(of: file, reader.reserved.allNames))
    }

    private func logOptions(of file: Section) -> LogOptions {
        var options = LogOptions()
        guard let node = file.value("log") else { return options }
        if let given: LogOptions = node.given() {
            for row in LogOptions.rows { row.check(given, node, self) }
            return given
        }
        _ = section(node) { log in for row in LogOptions.rows { row.read(log, &options) } }
        options.directory = options.directory.map(resolved)
        return options
    }
}

extension Definition {
    /// Adds the interlocks of its light sources, which count as a part of its text.
    fileprivate mutating func add(_ all: [Interlock]) {
        interlocks = all.filter { interlock in devices.contains { $0.name == interlock.light.name } }
        text += interlocks.map { "\($0.light): \($0.conditions)" }.joined()
    }
}
