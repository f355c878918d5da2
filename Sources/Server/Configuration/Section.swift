/// A mapping that is being read: it remembers for which keys it was asked, so that the others can be reported.
final class Section: PartlyRead {
    let node: ConfigurationNode
    private let reader: ConfigurationReader
    private let entries: [ConfigurationNode.Entry]
    private let values: [String: ConfigurationNode]
    private var known: Set<String> = []

    /// Nothing counts as a mapping without keys.
    init(_ node: ConfigurationNode, reader: ConfigurationReader) throws(ConfigurationError) {
        switch node.content {
        case .mapping(let entries): self.entries = entries
        case .placeholder: entries = []
        case .scalar where node.isNull: entries = []
        case .scalar, .list: throw node.error("expected a mapping, got \(node.summary)")
        }
        self.node = node
        self.reader = reader
        values = Dictionary(entries.map { ($0.key.stringValue, $0.value) }) { first, _ in first }
    }

    /// All keys in the order of the file, none of which is unknown to who asks for all.
    var keys: [String] {
        let keys = entries.map(\.key.stringValue)
        known.formUnion(keys)
        return keys
    }

    func value(_ key: String) -> ConfigurationNode? {
        known.insert(key)
        return values[key]
    }

    /// The value of a key, or a stand-in with an error that it is missing.
    func requiredValue(_ key: String) -> ConfigurationNode {
        if let value = value(key) { return value }
        if !node.isPlaceholder { reader.report(node.error("missing key \(key.shown())")) }
        return ConfigurationNode(content: .placeholder, place: node.place, path: node.path + [PathKey(key)])
    }

    /// Reports keys that were not asked for and of which there is more to say than that they are unknown.
    func report(_ advice: (String) -> String?) {
        for entry in entries where !known.contains(entry.key.stringValue) {
            guard let message = advice(entry.key.stringValue) else { continue }
            known.insert(entry.key.stringValue)
            reader.report(ConfigurationError(message, at: entry.place, path: node.path.text))
        }
    }

    func reportUnread() {
        for entry in entries where !known.contains(entry.key.stringValue) {
            let message = "unknown key " + Suggestion(entry.key.stringValue, among: known.sorted()).text
            reader.report(ConfigurationError(message, at: entry.place, path: node.path.text))
        }
    }
}

extension Section {
    /// The value of a key; nil if there is none, or a wrong one, which is reported.
    func read<Value>(_ key: String, _ expectation: Expectation<Value>) -> Value? {
        guard let node = value(key), !node.isNull else { return nil }
        return reader.value(of: node, expectation)
    }

    /// Puts the value of a key where the default was, if there is a right one.
    func read<Value>(_ key: String, _ expectation: Expectation<Value>, into value: inout Value) {
        if let found = read(key, expectation) { value = found }
    }

    /// The value of a key; nil if there is none, or a wrong one, both of which are reported.
    func require<Value>(_ key: String, _ expectation: Expectation<Value>) -> Value? {
        reader.value(of: requiredValue(key), expectation)
    }
}

/// A mapping or list of which not all may be read.
protocol PartlyRead: AnyObject {
    func reportUnread()
}

/// How far the items of a list have been read.
final class ListCursor: PartlyRead {
    let node: ConfigurationNode
    private let reader: ConfigurationReader
    private let items: [ConfigurationNode]
    private(set) var index = 0

    init(_ node: ConfigurationNode, reader: ConfigurationReader) throws(ConfigurationError) {
        switch node.content {
        case .list(let items): self.items = items
        case .placeholder: items = []
        case .scalar, .mapping: throw node.error("expected a list, got \(node.summary)")
        }
        self.node = node
        self.reader = reader
    }

    var count: Int { items.count }

    /// The item to be read next, if there is one.
    var next: ConfigurationNode? { index < items.count ? items[index] : nil }

    /// Steps over the next item, or makes one up if there are too few.
    func take() -> ConfigurationNode {
        defer { index += 1 }
        if let next { return next }
        if index == items.count, !node.isPlaceholder {
            reader.report(node.error("expected at least \(count + 1) values, got \(count)"))
        }
        return ConfigurationNode(content: .placeholder, place: node.place, path: node.path + [PathKey(index)])
    }

    func reportUnread() {
        if let next { reader.report(next.error("expected at most \(index) values, got \(count)")) }
    }
}
