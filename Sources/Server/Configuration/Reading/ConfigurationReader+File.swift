internal import Logging

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
