/// The values of a mapping for a type that has a property for each.
struct KeyedNodes<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let section: Section
    private let reader: ConfigurationReader

    init(_ section: Section, reader: ConfigurationReader) {
        self.section = section
        self.reader = reader
    }

    var codingPath: [any CodingKey] { section.node.path }
    var allKeys: [Key] { section.keys.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool { section.value(key.stringValue) != nil }

    func decodeNil(forKey key: Key) -> Bool { section.value(key.stringValue)?.isNull ?? true }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try required(key).decode(type)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let node = section.value(key.stringValue), !node.isNull else { return nil }
        return NodeDecoder(node, reader: reader).decodeIfRight(type)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try required(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try required(key).unkeyedContainer()
    }

    func superDecoder() -> any Decoder { decoder(PathKey("super")) }

    /// A decoder of what the key holds; without such a key, of nothing, as which the options of a driver may pass.
    func superDecoder(forKey key: Key) -> any Decoder { decoder(PathKey(key.stringValue)) }

    private func required(_ key: Key) -> NodeDecoder {
        NodeDecoder(section.requiredValue(key.stringValue), reader: reader)
    }

    private func decoder(_ key: PathKey) -> NodeDecoder {
        let node = section.value(key.stringValue) ?? section.node.emptyChild(key)
        return NodeDecoder(node, reader: reader)
    }
}
