internal import Pickle

/// A decoder of what ``PythonEncoder`` has written.
struct PythonDecoder: Decoder {
    fileprivate let value: PythonValue

    static func read<Value: Decodable>(_ type: Value.Type, from value: PythonValue) throws -> Value {
        guard let plain = type as? any PlainValue.Type else { return try Value(from: PythonDecoder(value: value)) }
        guard let found = plain.init(plain: value) as? Value else { throw mismatch(type) }
        return found
    }

    fileprivate static func mismatch(_ type: Any.Type) -> DecodingError {
        DecodingError.typeMismatch(type, .init(codingPath: [], debugDescription: "the record is not a \(type)"))
    }

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy _: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .dict(let pairs) = value else { throw Self.mismatch(PythonDictionary.self) }
        return KeyedDecodingContainer(DecodedPairs(pairs: pairs))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let items) = value else { throw Self.mismatch([PythonValue].self) }
        return DecodedItems(items: items)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { DecodedSingle(value: value) }
}

private struct DecodedPairs<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let pairs: PythonDictionary

    var codingPath: [any CodingKey] { [] }

    var allKeys: [Key] {
        pairs.pairs.compactMap { pair in
            guard case .str(let key) = pair.key else { return nil }
            return Key(stringValue: key)
        }
    }

    func contains(_ key: Key) -> Bool { pairs[.str(key.stringValue)] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try value(key) == .none }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try PythonDecoder.read(type, from: try value(key))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    {
        try PythonDecoder(value: try value(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try PythonDecoder(value: try value(key)).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { PythonDecoder(value: pairs["super"] ?? .none) }
    func superDecoder(forKey key: Key) throws -> any Decoder { PythonDecoder(value: try value(key)) }

    private func value(_ key: Key) throws -> PythonValue {
        guard let value = pairs[.str(key.stringValue)] else {
            throw DecodingError.keyNotFound(key, .init(codingPath: [], debugDescription: "the record lacks it"))
        }
        return value
    }
}

private struct DecodedItems: UnkeyedDecodingContainer {
    let items: [PythonValue]
    private(set) var currentIndex = 0

    init(items: [PythonValue]) { self.items = items }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex >= items.count }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, items[currentIndex] == .none else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try PythonDecoder.read(type, from: try next())
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
        -> KeyedDecodingContainer<Nested>
    {
        try PythonDecoder(value: try next()).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try PythonDecoder(value: try next()).unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { PythonDecoder(value: try next()) }

    private mutating func next() throws -> PythonValue {
        guard !isAtEnd else { throw PythonDecoder.mismatch([PythonValue].self) }
        defer { currentIndex += 1 }
        return items[currentIndex]
    }
}

private struct DecodedSingle: SingleValueDecodingContainer {
    let value: PythonValue

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { value == .none }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try PythonDecoder.read(type, from: value) }
}
