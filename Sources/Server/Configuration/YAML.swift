internal import CYAML

/// Turns the text of a YAML file into nodes that know their places.
struct YAMLTree {
    private let file: String
    private let report: (ConfigurationError) -> Void
    /// How many values may still come: aliases of aliases make a short file grow beyond all bounds.
    private var remaining = 100_000

    init(file: String, report: @escaping (ConfigurationError) -> Void) {
        self.file = file
        self.report = report
    }

    /// The root of the tree, with placeholders for parts in which something is wrong, which is reported.
    mutating func root(of text: String) throws(ConfigurationError) -> ConfigurationNode {
        var composer = try YAMLComposer(text, file: file)
        let tree = try composer.root().map { node($0, path: []) }
        guard let tree, !tree.isNull else { throw ConfigurationError("the file is empty", at: Place(file: file)) }
        guard remaining > 0 else {
            throw ConfigurationError(
                "there are more than 100000 values, with aliases written out",
                at: Place(file: file)
            )
        }
        return tree
    }

    private mutating func node(_ node: YAMLNode, path: [PathKey]) -> ConfigurationNode {
        let place = node.place
        remaining -= 1
        guard remaining > 0 else { return ConfigurationNode(content: .placeholder, place: place, path: path) }
        return ConfigurationNode(content: content(node, path: path, place: place), place: place, path: path)
    }

    private mutating func content(_ node: YAMLNode, path: [PathKey], place: Place) -> ConfigurationNode.Content {
        if let tag = node.foreignTag {
            report(ConfigurationError("the tag \(tag.shown()) is not supported", at: place, path: path.text))
            return .placeholder
        }
        switch node.content {
        case .scalar(let text, let isPlain): return .scalar(isPlain ? Scalar(plain: text) : Scalar(quoted: text))
        case .sequence(let items): return .list(items.enumerated().map { self.node($1, path: path + [PathKey($0)]) })
        case .mapping(let pairs): return .mapping(pairs.compactMap { entry($0, $1, path: path) })
        }
    }

    private mutating func entry(_ key: YAMLNode, _ value: YAMLNode, path: [PathKey]) -> ConfigurationNode.Entry? {
        let place = key.place
        guard case .scalar(let text, let isPlain) = key.content, !text.isEmpty, key.foreignTag == nil else {
            report(ConfigurationError("a key is expected to be plain text", at: place, path: path.text))
            return nil
        }
        if isPlain, text == "<<" {
            report(ConfigurationError("merge keys ('<<') are not supported", at: place, path: path.text))
            return nil
        }
        let key = PathKey(text)
        return (key, place, node(value, path: path + [key]))
    }
}

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

/// A value of a YAML file as it is written, with what aliases stand for in their places.
struct YAMLNode {
    enum Content {
        /// - Parameter isPlain: whether it is without quotes, and neither a block nor said to be text.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([(key: YAMLNode, value: YAMLNode)])
    }

    let content: Content
    /// What it is said to be, if that is something else than it looks.
    let foreignTag: String?
    let place: Place
    /// How many values deep it goes.
    let depth: Int

    init(_ content: Content, tag: String? = nil, at place: Place) {
        self.content = content
        self.place = place
        let own =
            switch content {
            case .scalar: "str"
            case .sequence: "seq"
            case .mapping: "map"
            }
        let name = tag.map { $0.hasPrefix(Self.standardTags) ? "!!" + $0.dropFirst(Self.standardTags.count) : $0 }
        foreignTag = name == "!!\(own)" || name == "" ? nil : name
        depth = 1 + (content.parts.map(\.depth).max() ?? 0)
    }

    /// What `!!` stands for.
    static let standardTags = "tag:yaml.org,2002:"

    var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }
}

extension YAMLNode.Content {
    fileprivate var parts: [YAMLNode] {
        switch self {
        case .scalar: []
        case .sequence(let items): items
        case .mapping(let pairs): pairs.flatMap { [$0.key, $0.value] }
        }
    }
}

/// What comes next in the text of a YAML file.
struct YAMLEvent {
    enum Kind {
        case alias(String)
        case scalar(String, isPlain: Bool)
        case sequenceStart
        case mappingStart
        /// Of a sequence or a mapping.
        case end
        case documentStart
        case documentEnd
        case streamEnd
    }

    let kind: Kind
    var anchor: String?
    var tag: String?
    let place: Place
}

/// Reads the text of a YAML file event by event, by libyaml.
@safe struct YAMLParser: ~Copyable {
    private let file: String
    private let text: [UInt8]
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(_ text: String, file: String) throws(ConfigurationError) {
        self.file = file
        self.text = Array(text.utf8)
        // The library reads it for as long as it lives.
        unsafe input = .allocate(capacity: max(1, self.text.count))
        _ = unsafe input.initialize(from: self.text)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            throw ConfigurationError("no memory for reading the file", at: Place(file: file))
        }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, self.text.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// The next event; throws what is wrong with the text, and then is not to be asked again.
    mutating func next() throws(ConfigurationError) -> YAMLEvent {
        while true {
            var event = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw error }
            defer { unsafe yaml_event_delete(&event) }
            if let event = unsafe translate(event) { return event }
        }
    }

    private func translate(_ event: yaml_event_t) -> YAMLEvent? {
        let place = unsafe Place(file: file, event.start_mark)
        switch unsafe event.type {
        case YAML_ALIAS_EVENT:
            return YAMLEvent(kind: .alias(unsafe Self.text(event.data.alias.anchor) ?? ""), place: place)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let tag = unsafe Self.text(scalar.tag)
            let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE && tag != YAMLNode.standardTags + "str"
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return YAMLEvent(
                kind: .scalar(unsafe String(decoding: bytes, as: UTF8.self), isPlain: isPlain),
                anchor: unsafe Self.text(scalar.anchor),
                tag: tag,
                place: place
            )
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            let (anchor, tag) = unsafe (Self.text(start.anchor), Self.text(start.tag))
            return YAMLEvent(kind: .sequenceStart, anchor: anchor, tag: tag, place: place)
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            let (anchor, tag) = unsafe (Self.text(start.anchor), Self.text(start.tag))
            return YAMLEvent(kind: .mappingStart, anchor: anchor, tag: tag, place: place)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .end, place: place)
        case YAML_DOCUMENT_START_EVENT: return YAMLEvent(kind: .documentStart, place: place)
        case YAML_DOCUMENT_END_EVENT: return YAMLEvent(kind: .documentEnd, place: place)
        case YAML_STREAM_END_EVENT: return YAMLEvent(kind: .streamEnd, place: place)
        default: return nil
        }
    }

    private static func text(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        guard let text = unsafe text else { return nil }
        return unsafe String(cString: text)
    }

    // MARK: Errors

    /// What the library found wrong, in one line.
    private var error: ConfigurationError {
        let parser = unsafe parser.pointee
        let problem = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "the file could not be read"
        switch unsafe parser.error {
        case YAML_SCANNER_ERROR, YAML_PARSER_ERROR:
            let context = unsafe parser.context.map { text in
                unsafe "\(String(cString: text)) that begins in line \(parser.context_mark.line + 1): "
            }
            let isTab = isIndentedWithTab(line: unsafe parser.problem_mark.line)
            let hint = isTab ? "; lines are indented with spaces, not tabs" : ""
            return ConfigurationError(
                (context ?? "") + problem + hint,
                at: unsafe Place(file: file, parser.problem_mark)
            )
        case YAML_READER_ERROR: return ConfigurationError(problem, at: place(ofByte: unsafe parser.problem_offset))
        default: return ConfigurationError(problem, at: Place(file: file))
        }
    }

    private func isIndentedWithTab(line: Int) -> Bool {
        let lines = text.split(separator: UInt8(ascii: "\n"), maxSplits: line + 1, omittingEmptySubsequences: false)
        guard lines.indices.contains(line) else { return false }
        let space = lines[line].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        return space.contains(UInt8(ascii: "\t"))
    }

    private func place(ofByte offset: Int) -> Place {
        let lines = String(decoding: text.prefix(max(0, offset)), as: UTF8.self)
            .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return Place(file: file, line: lines.count, column: (lines.last?.unicodeScalars.count ?? 0) + 1)
    }
}

extension Place {
    /// A place as the library tells it, which counts from 0.
    fileprivate init(file: String, _ mark: yaml_mark_t) {
        self.init(file: file, line: mark.line + 1, column: mark.column + 1)
    }
}
