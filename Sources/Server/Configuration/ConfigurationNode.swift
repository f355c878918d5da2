/// A value of a configuration, with its place and the keys that lead to it.
///
/// A file and a program that defines a microscope both become a tree of these, which one reader reads.
struct ConfigurationNode {
    typealias Entry = (key: PathKey, place: Place, value: ConfigurationNode)

    indirect enum Content {
        case scalar(Scalar)
        case list([ConfigurationNode])
        case mapping([Entry])
        /// A value from a program, which has its type already.
        case given(any Sendable)
        /// A stand-in for a wrong value, whose error has been reported. It passes for any value.
        case placeholder
    }

    let content: Content
    let place: Place
    let path: [PathKey]

    /// A stand-in for this value, once its error has been reported.
    var placeholder: ConfigurationNode { ConfigurationNode(content: .placeholder, place: place, path: path) }

    /// The value of a key that is absent: null.
    func emptyChild(_ key: PathKey) -> ConfigurationNode {
        let content = isPlaceholder ? content : .scalar(Scalar(plain: ""))
        return ConfigurationNode(content: content, place: place, path: path + [key])
    }

    /// The position of a part that is read elsewhere, for errors.
    func position(_ keys: String...) -> ConfigurationNode {
        ConfigurationNode(content: .placeholder, place: place, path: path + keys.map { PathKey($0) })
    }

    var isPlaceholder: Bool {
        if case .placeholder = content { true } else { false }
    }

    /// Whether the value is null, which counts as if its key were absent.
    var isNull: Bool { scalar?.meaning == .null }

    var scalar: Scalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The value that a program gave; nil for a value of a file or of another type.
    func given<Value>(_ type: Value.Type = Value.self) -> Value? {
        if case .given(let value) = content { value as? Value } else { nil }
    }

    /// The value as error messages show it.
    var summary: String {
        switch content {
        case .scalar(let scalar): scalar.summary
        case .list(let items): items.isEmpty ? "an empty list" : "a list"
        case .mapping: "a mapping"
        case .given(let value): Self.summary(of: value)
        case .placeholder: "something wrong"
        }
    }

    static func summary(of value: Any) -> String {
        switch value {
        case let text as String: text.shown()
        case let duration as Duration: "\(duration / .seconds(1))"
        default: "\(value)"
        }
    }

    func error(_ message: String) -> ConfigurationError { ConfigurationError(message, at: place, path: path.text) }

    /// The value that further keys lead to, or the last existing value on the way.
    func deepest(_ keys: some Collection<any CodingKey>) -> ConfigurationNode {
        guard let key = keys.first, let next = child(key) else { return self }
        return next.deepest(keys.dropFirst())
    }

    private func child(_ key: any CodingKey) -> ConfigurationNode? {
        switch content {
        case .list(let items): key.intValue.flatMap { items.indices.contains($0) ? items[$0] : nil }
        case .mapping(let entries): entries.first { $0.key.stringValue == key.stringValue }?.value
        case .scalar, .given, .placeholder: nil
        }
    }
}

extension ConfigurationNode {
    /// The value as text, the same for equal values regardless of style and place.
    var text: String {
        switch content {
        case .scalar(let scalar): scalar.isQuoted ? scalar.text.debugDescription : scalar.text
        case .list(let items): "[" + items.map(\.text).joined(separator: ", ") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\($0.key.stringValue.debugDescription): \($0.value.text)" }.joined(separator: ", ")
                + "}"
        case .given(let value): "\(value)"
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
    /// The path as error messages show it: `devices[1].port`, `devices[0].settings["image pattern"]`.
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
