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
