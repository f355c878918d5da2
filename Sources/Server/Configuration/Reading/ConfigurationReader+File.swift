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
            log.read("max_size", .byteCount(in: 4096...1 << 40), into: &options.maximumSize)
            log.read("keep", .integer(in: 0...1000), into: &options.keptFiles)
        }
        return options
    }

    /// The options of a section's `pyro`, where it has some, in place of those given.
    func pyroOptions(of parent: Section, over defaults: PyroOptions) -> PyroOptions {
        var options = defaults
        guard let node = parent.value("pyro"), !node.isNull else { return options }
        _ = section(node) { read($0, into: &options) }
        return options
    }

    private func read(_ pyro: Section, into options: inout PyroOptions) {
        if let list = pyro.value("serializers"), !list.isNull {
            let names = items(of: list, "a list of serializers")
            options.serializers = Set(names.compactMap { value(of: $0, .serializer) })
        }
        if let key = pyro.read("hmac_key", .text("text") { !$0.isEmpty }) { options.hmacKey = Array(key.utf8) }
        pyro.read("compression", .bool, into: &options.compresses)
        pyro.read("pickle_protocol", .integer(in: 2...5), into: &options.pickleProtocol)
        pyro.read("max_message_size", .byteCount(in: 4096...Int(Int32.max)), into: &options.maximumMessageSize)
        pyro.read("max_connections", .integer(in: 1...10_000), into: &options.maximumConnections)
        pyro.read("handshake_timeout", .seconds(in: 0.1...3600), into: &options.handshakeLimit)
        pyro.read("delivery", .word, into: &options.delivery)
        pyro.read("queue_length", .integer(in: 1...100_000), into: &options.queueLength)
        if let name = pyro.read("congestion_control", .text) { options.congestionControl = name.isEmpty ? nil : name }
        if let place = pyro.read("name_server", .nameServer) { options.nameServer = place }
        pyro.read("mdns", .bool, into: &options.isAnnounced)
        if let limit = pyro.read("comm_timeout", .seconds(in: 0...86400)) {
            options.sendLimit = limit == .zero ? nil : limit
        }
    }
}
