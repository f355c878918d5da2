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
