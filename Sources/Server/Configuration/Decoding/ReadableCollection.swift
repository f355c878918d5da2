internal import Devices

/// A list or table, read item by item so that a wrong one does not hide what is wrong behind it.
protocol ReadableCollection {
    static func read(from decoder: NodeDecoder) throws -> Self
}

extension Array: ReadableCollection where Element: Decodable {
    static func read(from decoder: NodeDecoder) throws -> Self {
        var container = try decoder.unkeyedContainer()
        var items: Self = []
        while !container.isAtEnd {
            // What throws here has been reported.
            if let item = try? container.decode(Element.self) { items.append(item) }
        }
        return items
    }
}

extension Dictionary: ReadableCollection where Key == String, Value: Decodable {
    static func read(from decoder: NodeDecoder) throws -> Self {
        let container = try decoder.container(keyedBy: PathKey.self)
        var items: Self = [:]
        for key in container.allKeys { items[key.stringValue] = try? container.decode(Value.self, forKey: key) }
        return items
    }
}

extension NamedOptions: ReadableCollection {
    static func read(from decoder: NodeDecoder) throws -> Self {
        let container = try decoder.container(keyedBy: PathKey.self)
        var pairs: [(String, Value)] = []
        for key in container.allKeys {
            if let value = try? container.decode(Value.self, forKey: key) { pairs.append((key.stringValue, value)) }
        }
        return NamedOptions(pairs)
    }
}
