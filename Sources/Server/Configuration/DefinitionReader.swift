internal import Devices
internal import Pickle

extension ConfigurationReader {
    /// A definition of a device or of a group; nil when there is an error in it.
    func definition(
        _ node: ConfigurationNode,
        _ defaults: DefinitionDefaults,
        _ claims: inout Claims
    ) -> Definition? {
        section(node) { entry in
            let members = entry.value("devices")
            let groupName = members == nil ? nil : name(of: entry, isRequired: false, &claims)
            let devices = members.map { self.devices(in: $0, &claims) } ?? device(entry, &claims).map { [$0] } ?? []
            let endpoint = endpoint(of: entry, defaults.host, &claims)
            let pyro = pyroOptions(of: entry, over: defaults.pyro)
            guard let first = devices.first, let endpoint else { return nil }
            var definition = Definition(
                name: groupName ?? first.name,
                devices: devices,
                endpoint: endpoint,
                pyro: pyro,
                place: node.place
            )
            definition.text = node.text
            return definition
        }
    }

    private func devices(in list: ConfigurationNode, _ claims: inout Claims) -> [DeviceDefinition] {
        items(of: list, "a list of devices").compactMap { node in section(node) { device($0, &claims) } }
    }

    /// The name of a device or group, once it has been found fit and free.
    func name(of entry: Section, isRequired: Bool, _ claims: inout Claims) -> String? {
        guard isRequired || entry.value("name")?.isNull == false else { return nil }
        let node = entry.requiredValue("name")
        guard let name = value(of: node, .objectName) else { return nil }
        do throws(ConfigurationError) { try claims.claim(name: name, at: node) } catch { report(error) }
        return name
    }

    private func endpoint(of entry: Section, _ host: String, _ claims: inout Claims) -> PyroURI.Location? {
        let place: ConfigurationNode
        let location: PyroURI.Location?
        if let socket = entry.value("socket") {
            place = socket
            location = value(of: socket, .socketPath).map { .unix(path: $0) }
            for key in ["host", "port"] {
                guard let node = entry.value(key) else { continue }
                report(node.error("there is a 'socket' already, which has no \(key)"))
            }
        } else {
            let host = entry.read("host", .host) ?? host
            place = entry.requiredValue("port")
            location = value(of: place, .integer(in: 0...65535)).map { .tcp(host: host, port: $0) }
        }
        guard let location else { return nil }
        do throws(ConfigurationError) { try claims.claim(location, at: place) } catch { report(error) }
        return location
    }
}

extension ConfigurationReader {
    /// One device, alone or of a group; nil when there is an error in it.
    func device(_ entry: Section, _ claims: inout Claims) -> DeviceDefinition? {
        let word = entry.require("driver", .text)
        let found = word.flatMap { driver(named: $0, in: entry) }
        let name = self.name(of: entry, isRequired: true, &claims)
        let uid = self.uid(of: entry, for: found)
        let configured = found.flatMap { self.configured($0, uid: uid, of: entry, &claims) }
        let settings = self.settings(of: entry)
        let startsEnabled = entry.read("enable", .bool) ?? false
        let isSimulated = entry.read("simulated", .bool) ?? false
        let mayBeAbsent = entry.read("may_be_absent", .bool) ?? false
        guard let name, let configured else { return nil }
        return DeviceDefinition(
            name: name,
            driver: configured,
            uid: uid,
            settings: settings,
            startsEnabled: startsEnabled,
            isSimulated: isSimulated,
            mayBeAbsent: mayBeAbsent,
            place: entry.node.place
        )
    }

    private func driver(named word: String, in entry: Section) -> (any ConfigurableDriver)? {
        if let driver = drivers[word] { return driver }
        // What its options are, nobody knows either.
        _ = entry.value("conf")
        let message = "unknown driver " + Suggestion(word, among: drivers.names).text
        report(entry.requiredValue("driver").error(message))
        return nil
    }

    /// The driver with the device's `conf`, of which nothing is as good as an empty one.
    private func configured(
        _ driver: any ConfigurableDriver,
        uid: String?,
        of entry: Section,
        _ claims: inout Claims
    ) -> ConfiguredDriver? {
        let node = entry.value("conf") ?? entry.node.emptyChild(PathKey("conf"))
        floatingParts = FloatingParts()
        deviceReferences = DeviceReferences()
        let decoder = NodeDecoder(node, reader: self)
        guard var configured = attempt(at: node, { try driver.configured(from: decoder, uid: uid) }) else { return nil }
        for part in configured.floatingParts { claim(part, at: entry.value("uid") ?? node, &claims) }
        for part in floatingParts.all { claim(part, at: node, &claims) }
        configured.floatingParts += floatingParts.all
        configured.references = deviceReferences.all.map(\.reference)
        for entry in deviceReferences.all {
            let place = node.deepest(entry.path.dropFirst(node.path.count))
            // That its key is missing has been said.
            guard place.path.count == entry.path.count else { continue }
            references.append(ReferencePlace(entry.reference, entry.kind, place))
        }
        return configured
    }

    private func claim(_ part: FloatingPart, at node: ConfigurationNode, _ claims: inout Claims) {
        do throws(ConfigurationError) { try claims.claim(part, at: node) } catch { report(error) }
    }

    private func uid(of entry: Section, for driver: (any ConfigurableDriver)?) -> String? {
        guard let driver, driver.isFloating else {
            if let driver, let node = entry.value("uid") {
                report(node.error("\(driver.name) is not a floating driver, so there is nothing to tell apart"))
            }
            return nil
        }
        return entry.require("uid", .text("text") { !$0.isEmpty })
    }

    private func settings(of entry: Section) -> [InitialSetting] {
        guard let node = entry.value("settings"), !node.isNull else { return [] }
        let settings = section(node) { settings in
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
        case .placeholder: return nil
        case .mapping: break
        }
        report(node.error("expected a number, true, false, text or a list, got \(node.summary)"))
        return nil
    }
}

extension PythonValue {
    /// A scalar that means something that can be used.
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

/// What definitions take over from the file where they say nothing of their own.
struct DefinitionDefaults {
    var host = "127.0.0.1"
    var pyro = PyroOptions()
}
