internal import Devices
internal import Pickle
internal import Pyro

/// A place where a configuration refers to a device.
struct ReferencePlace {
    let reference: DeviceReference
    /// The kind that the device must have; nil for any.
    let kind: DeviceKind?
    let node: ConfigurationNode

    init(_ reference: DeviceReference, _ kind: DeviceKind?, _ node: ConfigurationNode) {
        (self.reference, self.kind, self.node) = (reference, kind, node)
    }
}

extension DefinitionReader {
    /// Reports references to devices that do not exist, are of another kind, or depend on the device that refers to them.
    func checkReferences(among devices: [ConfiguredDevice]) {
        let known = Dictionary(devices.map { ($0.name, $0) }) { first, _ in first }
        for place in references {
            switch place.reference {
            case .at(let text):
                if let uri = PyroURI(text), uri.location != nil || uri.scheme == "MDNS" { continue }
                report(
                    "'\(text)' is not a URI with a host and port (examples: PYRO:Stage@host:8003, MDNS:Stage)",
                    place
                )
            case .named(let name):
                guard let device = known[name] else {
                    // A device with errors of its own is not known here, and its errors are enough.
                    guard reader.errors.isEmpty || !reserved.allNames.contains(name) else { continue }
                    report("there is no device " + Suggestion(name, among: known.keys.sorted()).text, place)
                    continue
                }
                if let kind = place.kind, device.driver.kind != kind {
                    report("expected a \(kind.rawValue), but \(name) is a \(device.driver.kind.rawValue)", place)
                } else if let circle = circle(from: name, known) {
                    report("circular dependency: \(circle.joined(separator: " needs "))", place)
                }
            }
        }
    }

    private func report(_ message: String, _ place: ReferencePlace) { reader.report(place.node.error(message)) }

    /// The names on the way from a device back to itself, if it depends on itself.
    private func circle(from start: String, _ known: [String: ConfiguredDevice]) -> [String]? {
        var seen: Set<String> = []
        func way(_ name: String) -> [String]? {
            guard seen.insert(name).inserted else { return nil }
            for next in known[name]?.driver.partNames ?? [] {
                if next == start { return [name, start] }
                if let rest = way(next) { return [name] + rest }
            }
            return nil
        }
        return way(start)
    }
}

extension ConfiguredDriver {
    /// The names of the devices of the same configuration that the options refer to.
    var partNames: [String] {
        references.compactMap { if case .named(let name) = $0 { name } else { nil } }
    }
}

extension Definition {
    /// The names of devices of other definitions that this definition needs.
    var foreignParts: Set<String> {
        Set(devices.flatMap(\.driver.partNames)).subtracting(devices.map(\.name))
    }

    /// The devices in an order in which each comes after those that it needs.
    var devicesInOrder: [ConfiguredDevice] {
        var ordered: [ConfiguredDevice] = []
        func add(_ device: ConfiguredDevice) {
            guard !ordered.contains(where: { $0.name == device.name }) else { return }
            for name in device.driver.partNames {
                if let part = devices.first(where: { $0.name == name }) { add(part) }
            }
            ordered.append(device)
        }
        for device in devices { add(device) }
        return ordered
    }
}
