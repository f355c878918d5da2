/// A value of a configuration, with the place where it stands and the keys that lead to it.
struct ConfigurationNode {
    typealias Entry = (key: PathKey, place: Place, value: ConfigurationNode)

    indirect enum Content {
        case scalar(Scalar)
        case list([ConfigurationNode])
        case mapping([Entry])
        /// Stands in for a value of which an error has been reported, and passes for any.
        case placeholder
    }

    let content: Content
    let place: Place
    let path: [PathKey]

    /// A stand-in for this value, once it has turned out to be wrong.
    var placeholder: ConfigurationNode { ConfigurationNode(content: .placeholder, place: place, path: path) }

    /// What a key that is not there would hold: nothing.
    func emptyChild(_ key: PathKey) -> ConfigurationNode {
        let content = isPlaceholder ? content : .scalar(Scalar(plain: ""))
        return ConfigurationNode(content: content, place: place, path: path + [key])
    }

    var isPlaceholder: Bool {
        if case .placeholder = content { true } else { false }
    }

    /// Whether there is a key but nothing behind it.
    var isNull: Bool { scalar?.meaning == .null }

    var scalar: Scalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// What an error says was found.
    var summary: String {
        switch content {
        case .scalar(let scalar): scalar.summary
        case .list(let items): items.isEmpty ? "an empty list" : "a list"
        case .mapping: "a mapping"
        case .placeholder: "something wrong"
        }
    }

    func error(_ message: String) -> ConfigurationError { ConfigurationError(message, at: place, path: path.text) }

    /// The value that more keys lead to, or the last one on the way that exists.
    func deepest(_ keys: some Collection<any CodingKey>) -> ConfigurationNode {
        guard let key = keys.first, let next = child(key) else { return self }
        return next.deepest(keys.dropFirst())
    }

    private func child(_ key: any CodingKey) -> ConfigurationNode? {
        switch content {
        case .list(let items): key.intValue.flatMap { items.indices.contains($0) ? items[$0] : nil }
        case .mapping(let entries): entries.first { $0.key.stringValue == key.stringValue }?.value
        case .scalar, .placeholder: nil
        }
    }
}

extension ConfigurationNode {
    /// The value as a text that is the same for the same value, however and wherever it is written.
    var text: String {
        switch content {
        case .scalar(let scalar): scalar.isQuoted ? scalar.text.debugDescription : scalar.text
        case .list(let items): "[" + items.map(\.text).joined(separator: ", ") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\($0.key.stringValue.debugDescription): \($0.value.text)" }.joined(separator: ", ")
                + "}"
        case .placeholder: "?"
        }
    }
}

/// A step on the way to a value: a key of a mapping or an index of a list.
struct PathKey: CodingKey, Hashable {
    let stringValue: String
    let intValue: Int?

    init(_ key: String) { (stringValue, intValue) = (key, nil) }
    init(_ index: Int) { (stringValue, intValue) = ("\(index)", index) }
    init(stringValue: String) { self.init(stringValue) }
    init(intValue: Int) { self.init(intValue) }
}

extension [PathKey] {
    /// As errors tell it: `devices[1].port`, `devices[0].settings["image pattern"]`.
    var text: String {
        var text = ""
        for key in self {
            if let index = key.intValue {
                text += "[\(index)]"
            } else if key.stringValue.allSatisfy(\.isPlain) {
                text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
            } else {
                text += "[\(key.stringValue.shown(in: "\""))]"
            }
        }
        return text
    }
}

extension Character {
    fileprivate var isPlain: Bool { isLetter || isNumber || self == "_" || self == "-" }
}
