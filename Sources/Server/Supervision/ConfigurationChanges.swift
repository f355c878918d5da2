/// What a new version of a configuration changes in what is served.
struct ConfigurationChanges: Sendable, CustomStringConvertible {
    /// The names of definitions that are there no more, or not as they were.
    let ended: Set<String>
    /// Those that are new, or not as they were.
    let begun: [ConfigurationSource.Numbered]
    let unchanged: [String]

    init(from old: [Definition], to new: ConfigurationSource.Version) {
        let (same, begun) = new.definitions.reduce(into: ([String](), [ConfigurationSource.Numbered]())) {
            result,
            next in
            if old.contains(where: { $0.isServed(as: next.definition) }) {
                result.0.append(next.definition.name)
            } else {
                result.1.append(next)
            }
        }
        (self.begun, unchanged) = (begun, same)
        ended = Set(old.map(\.name)).subtracting(same)
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
