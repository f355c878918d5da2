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
