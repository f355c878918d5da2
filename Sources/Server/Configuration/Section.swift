/// A mapping that is being read.
///
/// It records the keys that it was asked for, so that all others can be reported.
final class Section: PartlyRead {
    let node: ConfigurationNode
    private let reader: ConfigurationReader
    private let entries: [ConfigurationNode.Entry]
    private let values: [String: ConfigurationNode]
    private var known: Set<String> = []
    /// Advice on an unknown key, given those that are known.
    var advice: (String, Set<String>) -> String? = { key, _ in ForeignWords.definitionKey(key) }
    /// Whether the type that reads the mapping may have such a key.
    var mayKnow: (String) -> Bool = { _ in true }

    /// Null counts as a mapping without keys.
    init(_ node: ConfigurationNode, reader: ConfigurationReader) throws(ConfigurationError) {
        switch node.content {
        case .mapping(let entries): self.entries = entries
        case .placeholder: entries = []
        case .scalar where node.isNull: entries = []
        case .scalar, .list, .given: throw node.error("expected a mapping, got \(node.summary)")
        }
        self.node = node
        self.reader = reader
        values = Dictionary(entries.map { ($0.key.stringValue, $0.value) }) { first, _ in first }
    }

    /// All keys that have a value, in the order of the file.
    ///
    /// None of them is then reported as unknown.
    var keys: [String] {
        known.formUnion(entries.map(\.key.stringValue))
        return entries.filter { !$0.value.isNull }.map(\.key.stringValue)
    }

    /// The value of a key; nil for null, which counts as if the key were absent.
    func value(_ key: String) -> ConfigurationNode? {
        known.insert(key)
        return values[key].flatMap { $0.isNull ? nil : $0 }
    }

    /// The value of a key, or a placeholder after reporting that the key is missing.
    func requiredValue(_ key: String, alternative: String = "") -> ConfigurationNode {
        if let value = value(key) { return value }
        let place = values[key]?.place ?? node.place
        if !node.isPlaceholder {
            reader.report(
                ConfigurationError("missing key \(key.shown())\(alternative)", at: place, path: node.path.text)
            )
        }
        return ConfigurationNode(content: .placeholder, place: place, path: node.path + [PathKey(key)])
    }

    /// The value that a program gave for a key that files do not have.
    func given<Value>(_ key: String) -> Value? {
        guard let value: Value = values[key]?.given() else { return nil }
        known.insert(key)
        return value
    }

    /// The place and path of a key, whether or not it has a value.
    func position(of key: String) -> ConfigurationNode { values[key] ?? node.emptyChild(PathKey(key)) }

    func report(_ error: ConfigurationError) { reader.report(error) }

    /// Reports keys that were not asked for and about which there is more to say than that they are unknown.
    func report(_ advice: (String) -> String?) {
        for entry in entries where !known.contains(entry.key.stringValue) {
            guard let message = advice(entry.key.stringValue) else { continue }
            known.insert(entry.key.stringValue)
            reader.report(ConfigurationError(message, at: entry.place, path: node.path.text))
        }
    }

    func reportUnread(isFinished: Bool = true) {
        reader.note(known: known, in: node)
        for entry in entries {
            let key = entry.key.stringValue
            guard !known.contains(key), isFinished || !mayKnow(key) else { continue }
            let advice = advice(key, known)
            let message =
                "unknown key " + (advice.map { "\(key.shown()): \($0)" } ?? Suggestion(key, among: known.sorted()).text)
            reader.report(ConfigurationError(message, at: entry.place, path: node.path.text))
        }
    }
}

extension Section {
    /// The value of a key; nil for an absent one, and for a wrong one after reporting it.
    func read<Value>(_ key: String, _ expectation: Expectation<Value>) -> Value? {
        value(key).flatMap { reader.value(of: $0, expectation) }
    }

    /// Replaces a default by the value of a key, if there is a correct one.
    func read<Value>(_ key: String, _ expectation: Expectation<Value>, into value: inout Value) {
        if let found = read(key, expectation) { value = found }
    }

    /// The value of a key; nil after reporting that it is missing or wrong.
    func require<Value>(_ key: String, _ expectation: Expectation<Value>) -> Value? {
        reader.value(of: requiredValue(key), expectation)
    }
}

/// A mapping or list that may hold more than is read.
protocol PartlyRead: AnyObject {
    /// - Parameter isFinished: whether the type that reads it came to its end, so that everything unread is unknown.
    func reportUnread(isFinished: Bool)
}

/// The position in a list whose items are read one after the other.
final class ListCursor: PartlyRead {
    let node: ConfigurationNode
    private let reader: ConfigurationReader
    private let items: [ConfigurationNode]
    private(set) var index = 0

    init(_ node: ConfigurationNode, reader: ConfigurationReader) throws(ConfigurationError) {
        switch node.content {
        case .list(let items): self.items = items
        case .placeholder: items = []
        case .scalar, .mapping, .given: throw node.error("expected a list, got \(node.summary)")
        }
        self.node = node
        self.reader = reader
    }

    var count: Int { items.count }

    /// The next item to be read, if there is one.
    var next: ConfigurationNode? { index < items.count ? items[index] : nil }

    /// Steps over the next item, or over a placeholder if there are too few.
    func take() -> ConfigurationNode {
        defer { index += 1 }
        if let next { return next }
        if index == items.count, !node.isPlaceholder {
            reader.report(node.error("expected at least \(count + 1) values, got \(count)"))
        }
        return ConfigurationNode(content: .placeholder, place: node.place, path: node.path + [PathKey(index)])
    }

    func reportUnread(isFinished: Bool) {
        if isFinished, let next { reader.report(next.error("expected at most \(index) values, got \(count)")) }
    }
}
