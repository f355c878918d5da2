/// What a driver's options are read from when a definition has none: a mapping without keys.
struct NoOptionsDecoder: Decoder {
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any]

    func container<Key: CodingKey>(keyedBy _: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(NoKeys(codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw missing }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw missing }

    private var missing: DecodingError {
        .valueNotFound(Any.self, .init(codingPath: codingPath, debugDescription: "there are no options"))
    }
}

/// Lacks whatever key it is asked for.
private struct NoKeys<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let codingPath: [any CodingKey]
    var allKeys: [Key] { [] }

    func contains(_: Key) -> Bool { false }
    func decodeNil(forKey key: Key) throws -> Bool { throw missing(key) }
    func decode(_: Bool.Type, forKey key: Key) throws -> Bool { throw missing(key) }
    func decode(_: String.Type, forKey key: Key) throws -> String { throw missing(key) }
    func decode(_: Double.Type, forKey key: Key) throws -> Double { throw missing(key) }
    func decode(_: Float.Type, forKey key: Key) throws -> Float { throw missing(key) }
    func decode(_: Int.Type, forKey key: Key) throws -> Int { throw missing(key) }
    func decode(_: Int8.Type, forKey key: Key) throws -> Int8 { throw missing(key) }
    func decode(_: Int16.Type, forKey key: Key) throws -> Int16 { throw missing(key) }
    func decode(_: Int32.Type, forKey key: Key) throws -> Int32 { throw missing(key) }
    func decode(_: Int64.Type, forKey key: Key) throws -> Int64 { throw missing(key) }
    func decode(_: UInt.Type, forKey key: Key) throws -> UInt { throw missing(key) }
    func decode(_: UInt8.Type, forKey key: Key) throws -> UInt8 { throw missing(key) }
    func decode(_: UInt16.Type, forKey key: Key) throws -> UInt16 { throw missing(key) }
    func decode(_: UInt32.Type, forKey key: Key) throws -> UInt32 { throw missing(key) }
    func decode(_: UInt64.Type, forKey key: Key) throws -> UInt64 { throw missing(key) }
    func decode<T: Decodable>(_: T.Type, forKey key: Key) throws -> T { throw missing(key) }
    func nestedContainer<Nested: CodingKey>(
        keyedBy _: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw missing(key) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw missing(key) }
    func superDecoder() throws -> any Decoder { throw missing(nil) }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw missing(key) }

    private func missing(_ key: Key?) -> DecodingError {
        let context = DecodingError.Context(codingPath: codingPath, debugDescription: "there are no options")
        return key.map { .keyNotFound($0, context) } ?? .valueNotFound(Any.self, context)
    }
}
