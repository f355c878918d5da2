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
