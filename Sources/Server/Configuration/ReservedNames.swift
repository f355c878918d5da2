internal import Devices
internal import Pickle

/// The names, endpoints and devices that definitions use, none of which may be used twice.
struct ReservedNames {
    private var names: [String: Place] = [:]
    private var endpoints: [(location: PyroURI.Location, place: Place)] = []
    private var floating: [String: [String: Place]] = [:]

    /// All names, including those of definitions with errors.
    var allNames: [String] { names.keys.sorted() }

    /// Throws if another device or group has the name.
    mutating func reserve(name: String, at node: ConfigurationNode) throws(ConfigurationError) {
        if let first = names[name] {
            throw node.error("the name \(name.shown()) is already used in \(first.seen(from: node.place))")
        }
        names[name] = node.place
    }

    /// Throws if another definition has the floating device.
    mutating func reserve(_ part: CameraRequest, at node: ConfigurationNode) throws(ConfigurationError) {
        let driver = part.candidates.driver
        if let first = floating[driver]?[part.uid] {
            throw node.error("the \(driver) \(part.uid.shown()) is already used in \(first.seen(from: node.place))")
        }
        floating[driver, default: [:]][part.uid] = node.place
    }

    /// Throws if another definition listens there.
    mutating func reserve(_ location: PyroURI.Location, at node: ConfigurationNode) throws(ConfigurationError) {
        if let first = endpoints.first(where: { $0.location.clashes(with: location) }) {
            let what =
                switch location {
                case .tcp(let host, let port): "port \(port) of \(host)"
                case .unix(let path): "the socket \(path)"
                }
            throw node.error("\(what) is already used in \(first.place.seen(from: node.place))")
        }
        endpoints.append((location, node.place))
    }
}

extension PyroURI.Location {
    /// Whether two servers cannot both listen there.
    fileprivate func clashes(with other: Self) -> Bool {
        switch (self, other) {
        case (.tcp(let host, let port), .tcp(let otherHost, let otherPort)):
            // The kernel chooses another port for each definition with port 0.
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
