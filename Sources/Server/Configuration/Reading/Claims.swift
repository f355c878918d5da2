internal import Devices
internal import Pickle

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
