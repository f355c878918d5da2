internal import Devices
internal import Pickle
internal import Pyro

/// Where a configuration refers to a device, and to which.
struct ReferencePlace {
    let reference: DeviceReference
    /// Of which kind it has to be; nil for any.
    let kind: DeviceKind?
    let node: ConfigurationNode

    init(_ reference: DeviceReference, _ kind: DeviceKind?, _ node: ConfigurationNode) {
        (self.reference, self.kind, self.node) = (reference, kind, node)
    }
}

extension ConfigurationReader {
    /// Reports references to devices that are not there, are of another kind, or need the one that refers to them.
    ///
    /// - Parameter names: all that were given in the file, those of devices with errors of their own among them.
    func checkReferences(among devices: [DeviceDefinition], names: [String]) {
        let known = Dictionary(devices.map { ($0.name, $0) }) { first, _ in first }
        for place in references {
            switch place.reference {
            case .at(let text):
                if let uri = PyroURI(text), uri.location != nil || uri.scheme == "MDNS" { continue }
                report(
                    place.node.error("'\(text)' is no URI with a place, such as PYRO:Stage@host:8003, or MDNS:Stage")
                )
            case .named(let name):
                guard let device = known[name] else {
                    // One with an error of its own is not known here, and its error is enough.
                    guard errors.isEmpty || !names.contains(name) else { continue }
                    report(place.node.error("there is no device " + Suggestion(name, among: known.keys.sorted()).text))
                    continue
                }
                if let kind = place.kind, device.driver.kind != kind {
                    report(
                        place.node.error(
                            "expected a \(kind.rawValue), but \(name) is a \(device.driver.kind.rawValue)"
                        )
                    )
                } else if let circle = circle(from: name, known) {
                    report(place.node.error("\(circle.joined(separator: " needs ")), which goes round in a circle"))
                }
            }
        }
    }

    /// The names from a device back to itself, if it needs itself in the end.
    private func circle(from start: String, _ known: [String: DeviceDefinition]) -> [String]? {
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
    /// The names of the devices that the options refer to.
    var partNames: [String] {
        references.compactMap { if case .named(let name) = $0 { name } else { nil } }
    }
}

extension Definition {
    /// The names of devices of other definitions that this one needs.
    var foreignParts: Set<String> {
        Set(devices.flatMap(\.driver.partNames)).subtracting(devices.map(\.name))
    }

    /// The devices in an order in which each comes after those that it needs.
    var devicesInOrder: [DeviceDefinition] {
        var ordered: [DeviceDefinition] = []
        func add(_ device: DeviceDefinition) {
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

/// The names, places and devices that definitions have taken so far, none of which may be given twice.
struct Claims {
    private var names: [String: Place] = [:]
    private var endpoints: [(location: PyroURI.Location, place: Place)] = []
    private var floating: [String: [String: Place]] = [:]

    /// Also those of definitions in which there is an error.
    var takenNames: [String] { names.keys.sorted() }

    /// Takes a name; throws if another device or group has it.
    mutating func claim(name: String, at node: ConfigurationNode) throws(ConfigurationError) {
        if let first = names[name] {
            throw node.error("the name \(name.shown()) is already given in \(first.seen(from: node.place))")
        }
        names[name] = node.place
    }

    /// Takes a floating device; throws if another definition has it.
    mutating func claim(_ part: FloatingPart, at node: ConfigurationNode) throws(ConfigurationError) {
        let driver = part.candidates.driver
        if let first = floating[driver]?[part.uid] {
            throw node.error("the \(driver) \(part.uid.shown()) is already taken in \(first.seen(from: node.place))")
        }
        floating[driver, default: [:]][part.uid] = node.place
    }

    /// Takes a place to listen at; throws if another definition has it.
    mutating func claim(_ location: PyroURI.Location, at node: ConfigurationNode) throws(ConfigurationError) {
        if let first = endpoints.first(where: { $0.location.clashes(with: location) }) {
            let what =
                switch location {
                case .tcp(let host, let port): "port \(port) of \(host)"
                case .unix(let path): "the socket \(path)"
                }
            throw node.error("\(what) is already taken in \(first.place.seen(from: node.place))")
        }
        endpoints.append((location, node.place))
    }
}

extension PyroURI.Location {
    /// Whether two servers cannot both listen there.
    fileprivate func clashes(with other: Self) -> Bool {
        switch (self, other) {
        case (.tcp(let host, let port), .tcp(let otherHost, let otherPort)):
            // The kernel chooses another port for each that asks for port 0.
            let isShared = host == otherHost || [host, otherHost].contains(where: Self.everyAddress.contains)
            return port != 0 && port == otherPort && isShared
        case (.unix(let path), .unix(let otherPath)):
            return path == otherPath
        default:
            return false
        }
    }

    private static let everyAddress: Set<String> = ["0.0.0.0", "::"]
}
