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
