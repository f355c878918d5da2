internal import CYAML

/// A composer of configuration nodes from the text of a YAML file, with aliases written out.
struct YAMLComposer: ~Copyable {
    private var parser: YAMLParser
    private let file: String
    private let report: (ConfigurationError) -> Void
    private var anchors: [String: ConfigurationNode] = [:]
    private var level = 0
    /// Aliases of aliases would let a short file grow without limit.
    private var remaining = 100_000

    /// No configuration is nested as deeply, and the stack of a thread is large enough for it.
    private static let deepest = 1000

    /// The one value of a file, with placeholders for parts with a reported error.
    ///
    /// Throws what makes the rest of the file unreadable.
    static func root(
        of text: String,
        file: String,
        report: @escaping (ConfigurationError) -> Void
    ) throws(ConfigurationError) -> ConfigurationNode {
        var composer = YAMLComposer(parser: try YAMLParser(text, file: file), file: file, report: report)
        guard let root = try composer.root(), !root.isNull else {
            throw ConfigurationError("the file is empty", at: Place(file: file))
        }
        return root
    }

    private init(parser: consuming YAMLParser, file: String, report: @escaping (ConfigurationError) -> Void) {
        self.parser = parser
        (self.file, self.report) = (file, report)
    }

    private mutating func root() throws(ConfigurationError) -> ConfigurationNode? {
        guard case .documentStart = try parser.next().kind else { return nil }
        let root = try node(of: try parser.next(), [])
        _ = try parser.next()
        let next = try parser.next()
        guard case .streamEnd = next.kind else {
            throw ConfigurationError("expected one document, but another one begins here", at: next.place)
        }
        return root
    }

    private mutating func node(
        of event: YAMLParser.Event,
        _ path: [PathKey]
    ) throws(ConfigurationError) -> ConfigurationNode {
        if case .alias(let name) = event.kind {
            guard let node = anchors[name] else { throw ConfigurationError("found undefined alias", at: event.place) }
            return try copy(node, to: path, for: event.place)
        }
        level += 1
        defer { level -= 1 }
        try count(depth: max(level, path.count), at: event.place)
        let content = try content(of: event, path)
        let node = ConfigurationNode(content: content, place: event.place, path: path)
        // Only now, so that no value can be a part of itself.
        if let anchor = event.anchor { anchors[anchor] = node }
        return node
    }

    private mutating func content(
        of event: YAMLParser.Event,
        _ path: [PathKey]
    ) throws(ConfigurationError) -> ConfigurationNode.Content {
        let content: ConfigurationNode.Content
        switch event.kind {
        case .scalar(let text, let isPlain): content = .scalar(isPlain ? Scalar(plain: text) : Scalar(quoted: text))
        case .listStart:
            var items: [ConfigurationNode] = []
            while let next = try nextPart() { items.append(try node(of: next, path + [PathKey(items.count)])) }
            content = .list(items)
        case .mappingStart: content = .mapping(try entries(path))
        case .alias, .end, .documentStart, .documentEnd, .streamEnd:
            throw ConfigurationError("expected a value", at: event.place)
        }
        guard let tag = event.foreignTag else { return content }
        report(ConfigurationError("the tag \(tag.shown()) is not supported", at: event.place, path: path.text))
        return .placeholder
    }

    private mutating func entries(_ path: [PathKey]) throws(ConfigurationError) -> [ConfigurationNode.Entry] {
        var entries: [ConfigurationNode.Entry] = []
        var places: [String: Place] = [:]
        while let event = try nextPart() {
            let key = try key(event, path)
            if let key, let first = places.updateValue(event.place, forKey: key.stringValue) {
                throw ConfigurationError(
                    "duplicate key \(key.stringValue.shown()), already given in line \(first.line)",
                    at: event.place
                )
            }
            let value = try node(of: try parser.next(), path + [key ?? PathKey("?")])
            if let key { entries.append((key, event.place, value)) }
        }
        return entries
    }

    /// A key of a mapping; nil for a key that cannot be used, which is reported.
    private mutating func key(_ event: YAMLParser.Event, _ path: [PathKey]) throws(ConfigurationError) -> PathKey? {
        // Also reads the parts of a key that is a list or a mapping.
        let node = try node(of: event, path)
        guard let scalar = node.scalar, !scalar.text.isEmpty, event.foreignTag == nil else {
            report(ConfigurationError("a key must be plain text", at: event.place, path: path.text))
            return nil
        }
        guard scalar.isQuoted || scalar.text != "<<" else {
            report(ConfigurationError("merge keys ('<<') are not supported", at: event.place, path: path.text))
            return nil
        }
        return PathKey(scalar.text)
    }

    /// The next part of a list or mapping; nil at its end.
    private mutating func nextPart() throws(ConfigurationError) -> YAMLParser.Event? {
        let event = try parser.next()
        if case .end = event.kind { return nil }
        return event
    }

    /// The value of an anchor as it stands at an alias.
    private mutating func copy(
        _ node: ConfigurationNode,
        to path: [PathKey],
        for alias: Place
    ) throws(ConfigurationError) -> ConfigurationNode {
        try count(depth: path.count, at: alias)
        var content = node.content
        switch node.content {
        case .list(let items):
            var copies: [ConfigurationNode] = []
            for (index, item) in items.enumerated() {
                copies.append(try copy(item, to: path + [PathKey(index)], for: alias))
            }
            content = .list(copies)
        case .mapping(let entries):
            var copies: [ConfigurationNode.Entry] = []
            for entry in entries {
                copies.append((entry.key, entry.place, try copy(entry.value, to: path + [entry.key], for: alias)))
            }
            content = .mapping(copies)
        case .scalar, .given, .placeholder: break
        }
        return ConfigurationNode(content: content, place: node.place, path: path)
    }

    private mutating func count(depth: Int, at place: Place) throws(ConfigurationError) {
        guard depth <= Self.deepest else {
            throw ConfigurationError("values are nested deeper than \(Self.deepest)", at: place)
        }
        remaining -= 1
        guard remaining > 0 else {
            throw ConfigurationError(
                "there are more than 100000 values, with aliases written out",
                at: Place(file: file)
            )
        }
    }
}

/// A parser of YAML text into events, by libyaml.
@safe struct YAMLParser: ~Copyable {
    struct Event {
        enum Kind {
            case alias(String)
            /// - Parameter isPlain: whether the text has no quotes, is not a block and has no tag for text.
            case scalar(String, isPlain: Bool)
            case listStart
            case mappingStart
            /// The end of a list or a mapping.
            case end
            case documentStart
            case documentEnd
            case streamEnd
        }

        let kind: Kind
        var anchor: String?
        var tag: String?
        let place: Place

        /// The tag, unless it is the one that the value has by its form.
        var foreignTag: String? {
            guard let tag, !tag.isEmpty else { return nil }
            let name = tag.hasPrefix(standardTags) ? "!!" + tag.dropFirst(standardTags.count) : tag
            switch kind {
            case .scalar where name == "!!str", .listStart where name == "!!seq", .mappingStart where name == "!!map":
                return nil
            default: return name
            }
        }
    }

    private let file: String
    private let text: [UInt8]
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(_ text: String, file: String) throws(ConfigurationError) {
        self.file = file
        self.text = Array(text.utf8)
        // The library reads from this memory for as long as it lives.
        unsafe input = .allocate(capacity: max(1, self.text.count))
        _ = unsafe input.initialize(from: self.text)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            throw ConfigurationError("out of memory while reading the file", at: Place(file: file))
        }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, self.text.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// The next event.
    ///
    /// Throws an error of the text, after which it must not be called again.
    mutating func next() throws(ConfigurationError) -> Event {
        while true {
            var event = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw error }
            defer { unsafe yaml_event_delete(&event) }
            if let event = unsafe translate(event) { return event }
        }
    }

    private func translate(_ event: yaml_event_t) -> Event? {
        let place = unsafe Place(file: file, event.start_mark)
        switch unsafe event.type {
        case YAML_ALIAS_EVENT:
            return Event(kind: .alias(unsafe Self.text(event.data.alias.anchor) ?? ""), place: place)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let tag = unsafe Self.text(scalar.tag)
            let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE && tag != standardTags + "str"
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            return Event(
                kind: .scalar(unsafe String(decoding: bytes, as: UTF8.self), isPlain: isPlain),
                anchor: unsafe Self.text(scalar.anchor),
                tag: tag,
                place: place
            )
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            let (anchor, tag) = unsafe (Self.text(start.anchor), Self.text(start.tag))
            return Event(kind: .listStart, anchor: anchor, tag: tag, place: place)
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            let (anchor, tag) = unsafe (Self.text(start.anchor), Self.text(start.tag))
            return Event(kind: .mappingStart, anchor: anchor, tag: tag, place: place)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return Event(kind: .end, place: place)
        case YAML_DOCUMENT_START_EVENT: return Event(kind: .documentStart, place: place)
        case YAML_DOCUMENT_END_EVENT: return Event(kind: .documentEnd, place: place)
        case YAML_STREAM_END_EVENT: return Event(kind: .streamEnd, place: place)
        default: return nil
        }
    }

    private static func text(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        guard let text = unsafe text else { return nil }
        return unsafe String(cString: text)
    }

    // MARK: Errors

    /// The library's error, on one line.
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

/// The prefix that `!!` stands for.
private let standardTags = "tag:yaml.org,2002:"

extension Place {
    /// The library's place, which counts from 0.
    fileprivate init(file: String, _ mark: yaml_mark_t) {
        self.init(file: file, line: mark.line + 1, column: mark.column + 1)
    }
}
