internal import Devices

/// Gives a driver's own `Decodable` type the part of the configuration that is meant for it.
///
/// Containers report an error and go on with a placeholder, so that one pass finds all errors. Only a single value that
/// is of another type throws, so that a type may try several: `try? container.decode(Int.self)`.
struct NodeDecoder: Decoder {
    let node: ConfigurationNode
    let reader: ConfigurationReader

    init(_ node: ConfigurationNode, reader: ConfigurationReader) {
        self.node = node
        self.reader = reader
    }

    var codingPath: [any CodingKey] { node.path }
    var userInfo: [CodingUserInfoKey: Any] {
        [
            .driverCatalog: reader.drivers, .floatingParts: reader.floatingParts,
            .deviceReferences: reader.deviceReferences,
        ]
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let section = try Section(node, reader: reader)
        reader.begin(section)
        return KeyedDecodingContainer(KeyedNodes<Key>(section, reader: reader))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let list = try ListCursor(node, reader: reader)
        reader.begin(list)
        return UnkeyedNodes(list, reader: reader)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { SingleNode(self) }
}

extension NodeDecoder {
    /// Reads a value of a container, and goes on with a placeholder if it is wrong.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let value = decodeIfRight(type) { return value }
        if let word = firstWord(of: type) { return word }
        return try Value(from: NodeDecoder(node.placeholder, reader: reader))
    }

    /// Reads a value of a container; nil, with an error reported, if it is wrong.
    func decodeIfRight<Value: Decodable>(_ type: Value.Type) -> Value? {
        if !node.isPlaceholder, let value = reader.attempt(at: node, { try read(type) }) { return value }
        reader.makeUp()
        return nil
    }

    private func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let type = type as? any ReadableCollection.Type, let value = try type.read(from: self) as? Value {
            return value
        }
        return try Value(from: self)
    }
}

/// Any case of an enum, to stand in for a wrong one.
private func firstWord<Value>(of type: Value.Type) -> Value? {
    guard let type = type as? any CaseIterable.Type else { return nil }
    return first(of: type) as? Value
}

private func first<Value: CaseIterable>(of type: Value.Type) -> Value? { type.allCases.first }
