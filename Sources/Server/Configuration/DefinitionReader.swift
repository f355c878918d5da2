internal import Devices
internal import Pickle

/// A reader of definitions, each of a device or of a group, whether a file or a program gives them.
final class DefinitionReader {
    let reader: ConfigurationReader
    /// The options that definitions inherit.
    private let host: String
    private let pyro: PyroOptions
    private let safety: SafetyOptions
    var reserved = ReservedNames()
    /// The devices that options refer to, in the order of the file.
    var references: [ReferencePlace] = []

    init(_ reader: ConfigurationReader, host: String, pyro: PyroOptions, safety: SafetyOptions) {
        (self.reader, self.host, self.pyro, self.safety) = (reader, host, pyro, safety)
    }

    /// A definition; nil after reporting an error in it.
    func definition(_ node: ConfigurationNode) -> Definition? {
        reader.section(node) { entry in
            let members = entry.value("devices")
            let groupName = members == nil ? nil : name(of: entry, isRequired: false)
            let devices = members.map(self.devices) ?? device(entry).map { [$0] } ?? []
            let endpoint = endpoint(of: entry)
            let pyro = reader.pyroOptions(of: entry, over: pyro)
            guard let first = devices.first, let endpoint else { return nil }
            var definition = Definition(
                name: groupName ?? first.name,
                devices: devices,
                endpoint: endpoint,
                pyro: pyro,
                place: node.place
            )
            definition.text = "\(node.text) \(devices.map(\.safety))"
            if let opening: JointOpening = entry.given(JointOpening.key) {
                definition.openTogether = opening.open
                for index in devices.indices { definition.devices[index].isOpenedWithOthers = true }
            }
            return definition
        }
    }

    private func devices(in list: ConfigurationNode) -> [ConfiguredDevice] {
        reader.items(of: list, "a list of devices").compactMap { node in
            reader.section(node) { entry in
                for key in ["port", "host", "socket", "pyro"] where entry.value(key) != nil {
                    let error = "a device of a group has no '\(key)' of its own, only the group has"
                    reader.report(entry.position(of: key).error(error))
                }
                return device(entry)
            }
        }
    }

    /// The name of a device or group, after reserving it.
    private func name(of entry: Section, isRequired: Bool) -> String? {
        guard isRequired || entry.value("name") != nil else { return nil }
        let node = entry.requiredValue("name")
        guard let name = reader.value(of: node, .objectName) else { return nil }
        reader.reporting { () throws(ConfigurationError) in try reserved.reserve(name: name, at: node) }
        return name
    }

    /// The place where a definition listens, after reserving it.
    private func endpoint(of entry: Section) -> PyroURI.Location? {
        let node: ConfigurationNode
        let location: PyroURI.Location?
        if let socket = entry.value("socket") {
            node = socket
            location = reader.value(of: socket, .socketPath).map { .unix(path: $0) }
            for key in ["host", "port"] where entry.value(key) != nil {
                reader.report(entry.position(of: key).error("'\(key)' cannot be combined with 'socket'"))
            }
        } else {
            let host = entry.read("host", .host) ?? host
            node = entry.requiredValue("port", alternative: " (or 'socket')")
            location = tcpPort(node).map { .tcp(host: host, port: $0) }
        }
        guard let location else { return nil }
        reader.reporting { () throws(ConfigurationError) in try reserved.reserve(location, at: node) }
        return location
    }
}

extension DefinitionReader {
    private func tcpPort(_ node: ConfigurationNode) -> Int? {
        if let text = node.scalar?.text, text.hasPrefix("/dev/") || text.hasPrefix("usb:") {
            let message = "expected the number of a TCP port, got \(text.shown()); a serial port belongs in 'conf'"
            reader.report(node.error(message))
            return nil
        }
        return reader.value(of: node, .integer(in: 0...65535))
    }

    /// One device, alone or of a group; nil after reporting an error in it.
    private func device(_ entry: Section) -> ConfiguredDevice? {
        let name = self.name(of: entry, isRequired: true)
        let (driver, uid) = driver(of: entry)
        let settings = self.settings(of: entry)
        let startsEnabled = entry.read("enable", .bool) ?? false
        let isSimulated = entry.read("simulated", .bool) ?? false
        let mayBeAbsent = entry.read("may_be_absent", .bool) ?? false
        let fault = entry.read("fault", .fault)
        let safety = entry.safetyOptions(over: safety)
        guard let name, let driver else { return nil }
        if fault != nil, !isSimulated, !driver.isSimulator {
            let message = "only simulated devices take faults on order: 'simulated: true' is missing"
            reader.report(entry.position(of: "fault").error(message))
        }
        for part in driver.cameraRequests {
            let node = part.uid == uid ? entry.position(of: "uid") : entry.position(of: "conf")
            reader.reporting { () throws(ConfigurationError) in try reserved.reserve(part, at: node) }
        }
        // Floating devices differ in their uid.
        if !isSimulated, uid == nil, let attachment = driver.attachment {
            let node = entry.value("conf").map { $0.deepest([PathKey("port")]) } ?? entry.position(of: "conf")
            reader.reporting { () throws(ConfigurationError) in try reserved.reserve(attachment, at: node) }
        }
        return ConfiguredDevice(
            name: name,
            driver: driver,
            uid: uid,
            settings: settings,
            startsEnabled: startsEnabled,
            isSimulated: isSimulated,
            mayBeAbsent: mayBeAbsent,
            fault: fault,
            safety: safety,
            place: entry.node.place
        )
    }

    private func driver(of entry: Section) -> (driver: ConfiguredDriver?, uid: String?) {
        if let given: GivenDriver = entry.given("driver") {
            return (configured(given, of: entry), entry.read("uid", .nonEmptyText))
        }
        guard let word = entry.require("driver", .text) else {
            // Without a driver, nobody knows what these mean.
            _ = (entry.value("conf"), entry.value("uid"))
            return (nil, nil)
        }
        guard let driver = reader.drivers[word] else {
            _ = (entry.value("conf"), entry.value("uid"))
            let message =
                "unknown driver "
                + (ForeignWords.driver(word, among: reader.drivers.names).map { "\(word.shown()): \($0)" }
                    ?? Suggestion(word, among: reader.drivers.names).text)
            reader.report(entry.requiredValue("driver").error(message))
            return (nil, nil)
        }
        let uid = self.uid(of: entry, for: driver)
        return (configured(driver, uid: uid, of: entry), uid)
    }

    private func uid(of entry: Section, for driver: any ConfigurableDriver) -> String? {
        if driver.isFloating { return entry.require("uid", .nonEmptyText) }
        if let node = entry.value("uid") {
            let message = "\(driver.name) is not a floating driver: its options say which device is meant, not a 'uid'"
            reader.report(node.error(message))
        }
        return nil
    }

    /// A driver of the catalogue with the `conf` of a file; an absent one counts as empty.
    private func configured(
        _ driver: any ConfigurableDriver,
        uid: String?,
        of entry: Section
    ) -> ConfiguredDriver? {
        let node = entry.value("conf") ?? entry.node.emptyChild(PathKey("conf"))
        (reader.cameraRequests, reader.deviceReferences) = (CameraRequests(), DeviceReferences())
        reader.optionFiles = OptionFiles()
        let decoder = OptionDecoder(node, reader: reader)
        let read = reader.attempt(at: node) { try driver.configured(from: decoder, uid: uid) }
        guard var configured = read else { return nil }
        configured.cameraRequests += reader.cameraRequests.all
        configured.references = reader.deviceReferences.all.map(\.reference)
        configured.files = reader.optionFiles.all
        for entry in reader.deviceReferences.all {
            let place = node.deepest(entry.path.dropFirst(node.path.count))
            // The error of a missing key has been reported.
            guard place.path.count == entry.path.count else { continue }
            references.append(ReferencePlace(entry.reference, entry.kind, place))
        }
        return configured
    }

    /// A program's driver with its options.
    private func configured(_ given: GivenDriver, of entry: Section) -> ConfiguredDriver? {
        func option(_ path: [String]) -> ConfigurationNode {
            path.reduce(path.isEmpty ? entry.node : entry.node.position("conf")) { $0.position($1) }
        }
        for reference in given.contents.references {
            references.append(ReferencePlace(reference.device, reference.kind, option(reference.path)))
        }
        for (path, claim) in given.contents.flaws { reader.report(option(path).error(claim)) }
        return reader.attempt(at: entry.node) { try given.driver() }
    }
}

extension DefinitionReader {
    private func settings(of entry: Section) -> [InitialSetting] {
        guard let node = entry.value("settings") else { return [] }
        let settings = reader.section(node) { settings in
            settings.keys.compactMap { name -> InitialSetting? in
                let node = settings.requiredValue(name)
                guard let value = settingValue(node) else { return nil }
                return InitialSetting(name: name, value: value, place: node.place)
            }
        }
        return settings ?? []
    }

    private func settingValue(_ node: ConfigurationNode) -> PythonValue? {
        switch node.content {
        case .list(let items): return .list(items.compactMap(settingValue))
        case .scalar(let scalar):
            if let value = PythonValue(scalar) { return value }
        case .given(let value):
            if let value = value as? PythonValue { return value }
        case .placeholder: return nil
        case .mapping: break
        }
        reader.report(node.error("expected a number, true, false, text or a list, got \(node.summary)"))
        return nil
    }
}

extension PythonValue {
    /// The meaning of a scalar that can be used.
    fileprivate init?(_ scalar: Scalar) {
        switch scalar.meaning {
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .float(let value): self = .float(value)
        case .text: self = .str(scalar.text)
        case .null, .unusable: return nil
        }
    }
}
