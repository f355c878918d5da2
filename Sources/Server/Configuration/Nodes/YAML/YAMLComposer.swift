/// Makes nodes of a file's events.
struct YAMLComposer: ~Copyable {
    private var parser: YAMLParser
    private let file: String
    private var anchors: [String: YAMLNode] = [:]
    private var level = 0

    /// No configuration goes as deep, and the stack of a thread reaches further.
    private static let deepest = 1000

    init(_ text: String, file: String) throws(ConfigurationError) {
        self.file = file
        parser = try YAMLParser(text, file: file)
    }

    /// The one value of the file; nil if it is empty.
    mutating func root() throws(ConfigurationError) -> YAMLNode? {
        guard case .documentStart = try parser.next().kind else { return nil }
        let root = try node(from: try parser.next())
        _ = try parser.next()
        let next = try parser.next()
        guard case .streamEnd = next.kind else {
            throw ConfigurationError(
                "expected a single document in the stream but found another document",
                at: next.place
            )
        }
        return root
    }

    private mutating func node(from event: YAMLEvent) throws(ConfigurationError) -> YAMLNode {
        if case .alias(let name) = event.kind {
            guard let node = anchors[name] else { throw ConfigurationError("found undefined alias", at: event.place) }
            return node
        }
        level += 1
        defer { level -= 1 }
        guard level <= Self.deepest else { throw tooDeep(event.place) }
        let node = YAMLNode(try content(of: event), tag: event.tag, at: event.place)
        // An alias of an alias goes deep without being nested.
        guard node.depth <= Self.deepest else { throw tooDeep(event.place) }
        // Only now, so that nothing is a part of itself.
        if let anchor = event.anchor { anchors[anchor] = node }
        return node
    }

    private mutating func content(of event: YAMLEvent) throws(ConfigurationError) -> YAMLNode.Content {
        switch event.kind {
        case .scalar(let text, let isPlain): return .scalar(text, isPlain: isPlain)
        case .sequenceStart:
            var items: [YAMLNode] = []
            while let item = try nextNode() { items.append(item) }
            return .sequence(items)
        case .mappingStart:
            var pairs: [(key: YAMLNode, value: YAMLNode)] = []
            while let key = try nextNode(), let value = try nextNode() { pairs.append((key, value)) }
            try refuseDuplicates(pairs.map(\.key))
            return .mapping(pairs)
        case .alias, .end, .documentStart, .documentEnd, .streamEnd:
            throw ConfigurationError("expected a value", at: event.place)
        }
    }

    /// The next part of a sequence or mapping; nil at its end.
    private mutating func nextNode() throws(ConfigurationError) -> YAMLNode? {
        let event = try parser.next()
        if case .end = event.kind { return nil }
        return try node(from: event)
    }

    private func refuseDuplicates(_ keys: [YAMLNode]) throws(ConfigurationError) {
        let places = Dictionary(grouping: keys) { $0.text }
        for key in keys {
            guard let text = key.text, let same = places[text], same.count > 1 else { continue }
            throw ConfigurationError(
                "duplicate key \(text.shown()), given again further down in the same mapping",
                at: key.place
            )
        }
    }

    private func tooDeep(_ place: Place) -> ConfigurationError {
        ConfigurationError("values are nested deeper than \(Self.deepest)", at: place)
    }
}
