internal import Pickle

/// What a new version of a configuration changes in what is served.
struct ConfigurationChanges: Sendable, CustomStringConvertible {
    /// The names of definitions that are there no more, or not as they were.
    let ended: Set<String>
    /// Those that are new, or not as they were.
    let begun: [ConfigurationSource.Numbered]
    let unchanged: [String]

    init(from old: [Definition], to new: ConfigurationSource.Version) {
        var kept = new.definitions.map(\.definition).filter { next in old.contains { $0.isServed(as: next) } }
        var count: Int
        repeat {
            count = kept.count
            // What works with a device that is served elsewhere from now on has to find it there.
            let staying = Set(kept.flatMap(\.devices).map(\.name)).union(new.fixedNames(since: old))
            kept.removeAll { !$0.foreignParts.isSubset(of: staying) }
        } while kept.count < count
        unchanged = kept.map(\.name)
        begun = new.definitions.filter { [unchanged] in !unchanged.contains($0.definition.name) }
        ended = Set(old.map(\.name)).subtracting(unchanged)
    }

    var changed: [String] { begun.map(\.definition.name).filter(ended.contains) }
    var added: [String] { begun.map(\.definition.name).filter { !ended.contains($0) } }
    var removed: [String] { ended.subtracting(changed).sorted() }

    var description: String {
        let parts = [("new", added), ("changed", changed), ("gone", removed)].filter { !$0.1.isEmpty }
        guard !parts.isEmpty else { return "nothing has changed" }
        return parts.map { "\($0.0): \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
    }
}

extension Definition {
    /// Whether somebody would notice no difference if it took the place of another one.
    fileprivate func isServed(as other: Definition) -> Bool {
        name == other.name && text == other.text && endpoint == other.endpoint && pyro == other.pyro
    }
}

extension ConfigurationSource.Version {
    /// The names of devices that are served at the same place as before, whatever else has changed.
    fileprivate func fixedNames(since old: [Definition]) -> Set<String> {
        let places = Dictionary(old.flatMap(\.places)) { first, _ in first }
        return Set(definitions.flatMap(\.definition.places).filter { places[$0.0] == $0.1 }.map(\.0))
    }
}

extension Definition {
    /// Where each device is served; none where the kernel chooses the port.
    fileprivate var places: [(String, PyroURI.Location)] {
        if case .tcp(_, 0) = endpoint { return [] }
        return devices.map { ($0.name, endpoint) }
    }
}
