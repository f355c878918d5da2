/// The items of a list, for a type that takes one after the other.
struct UnkeyedNodes: UnkeyedDecodingContainer {
    private let list: ListCursor
    private let reader: ConfigurationReader

    init(_ list: ListCursor, reader: ConfigurationReader) {
        self.list = list
        self.reader = reader
    }

    var codingPath: [any CodingKey] { list.node.path }
    var count: Int? { list.count }
    var isAtEnd: Bool { list.next == nil }
    var currentIndex: Int { list.index }

    func decodeNil() -> Bool {
        guard list.next?.isNull == true else { return false }
        _ = list.take()
        return true
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try taken().decode(type) }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try taken().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try taken().unkeyedContainer() }

    func superDecoder() -> any Decoder { taken() }

    private func taken() -> NodeDecoder { NodeDecoder(list.take(), reader: reader) }
}
