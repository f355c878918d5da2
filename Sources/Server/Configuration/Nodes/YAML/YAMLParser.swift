internal import CYAML

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
