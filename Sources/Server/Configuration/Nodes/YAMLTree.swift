internal import Yams

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
        let root: Node?
        do {
            // Which scalars are numbers is decided here, not by the resolver, which has too many spellings for them.
            root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch {
            throw ConfigurationError(yaml: error, text: text, file: file)
        }
        let tree = root.map { node($0, path: [], around: Place(file: file, line: 1, column: 1)) }
        guard let tree, !tree.isNull else { throw ConfigurationError("the file is empty", at: Place(file: file)) }
        guard remaining > 0 else {
            throw ConfigurationError(
                "there are more than 100000 values, with aliases written out",
                at: Place(file: file)
            )
        }
        return tree
    }

    private mutating func node(_ node: Node, path: [PathKey], around: Place) -> ConfigurationNode {
        let place = place(node.mark) ?? around
        remaining -= 1
        guard remaining > 0 else { return ConfigurationNode(content: .placeholder, place: place, path: path) }
        return ConfigurationNode(content: content(node, path: path, place: place), place: place, path: path)
    }

    private mutating func content(_ node: Node, path: [PathKey], place: Place) -> ConfigurationNode.Content {
        if let tag = node.foreignTag {
            report(ConfigurationError("the tag \(tag.shown()) is not supported", at: place, path: path.text))
            return .placeholder
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain && scalar.tag.rawValue != Tag.Name.str.rawValue
            return .scalar(isPlain ? Scalar(plain: scalar.string) : Scalar(quoted: scalar.string))
        case .sequence(let items):
            return .list(items.enumerated().map { self.node($1, path: path + [PathKey($0)], around: place) })
        case .mapping(let pairs):
            return .mapping(pairs.compactMap { entry($0, $1, path: path, around: place) })
        case .alias:
            // The parser has put what they stand for in their place.
            return .placeholder
        }
    }

    private mutating func entry(
        _ key: Node,
        _ value: Node,
        path: [PathKey],
        around: Place
    ) -> ConfigurationNode.Entry? {
        let place = place(key.mark) ?? around
        guard let scalar = key.scalar, !scalar.string.isEmpty, key.foreignTag == nil else {
            report(ConfigurationError("a key is expected to be plain text", at: place, path: path.text))
            return nil
        }
        if scalar.style == .plain, scalar.string == "<<" {
            report(ConfigurationError("merge keys ('<<') are not supported", at: place, path: path.text))
            return nil
        }
        let key = PathKey(scalar.string)
        return (key, place, node(value, path: path + [key], around: place))
    }

    private func place(_ mark: Mark?) -> Place? { mark.map { Place(file: file, line: $0.line, column: $0.column) } }
}

extension Node {
    /// What `!!` stands for.
    private static let standardTags = "tag:yaml.org,2002:"

    /// A tag that says the value is of another type than it looks, such as `!!python/tuple`.
    fileprivate var foreignTag: String? {
        // Asking the node itself for its tag would resolve it.
        let (tag, own) =
            switch self {
            case .scalar(let scalar): (scalar.tag.rawValue, Tag.Name.str)
            case .sequence(let sequence): (sequence.tag.rawValue, Tag.Name.seq)
            case .mapping(let mapping): (mapping.tag.rawValue, Tag.Name.map)
            case .alias(let alias): (alias.tag.rawValue, Tag.Name.implicit)
            }
        guard !tag.isEmpty, tag != own.rawValue else { return nil }
        return tag.hasPrefix(Self.standardTags) ? "!!" + tag.dropFirst(Self.standardTags.count) : tag
    }
}
