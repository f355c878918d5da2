internal import Pickle

/// An encoder of a value's stored properties as Python values: structures become dictionaries.
struct PythonEncoder: Encoder {
    private let node: EncodedNode
    private let withTimes: Bool

    /// A value as plain data.
    ///
    /// - Parameter withTimes: whether instants are part of it.
    static func value(of value: some Encodable, withTimes: Bool = true) throws -> PythonValue {
        let node = EncodedNode()
        try PythonEncoder(node: node, withTimes: withTimes).put(value, in: node)
        return node.value
    }

    fileprivate init(node: EncodedNode, withTimes: Bool) { (self.node, self.withTimes) = (node, withTimes) }

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy _: Key.Type) -> KeyedEncodingContainer<Key> {
        node.content = .pairs
        return KeyedEncodingContainer(EncodedPairs(node: node, encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.content = .items
        return EncodedItems(node: node, encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { EncodedSingle(node: node, encoder: self) }

    fileprivate func at(_ node: EncodedNode) -> PythonEncoder { PythonEncoder(node: node, withTimes: withTimes) }

    fileprivate func put(_ value: some Encodable, in node: EncodedNode) throws {
        switch value {
        case let value as any PlainValue: node.content = .plain(value.plain)
        case is ContinuousClock.Instant where !withTimes: break
        // In an order that does not change from process to process.
        case let value as Set<Int>: node.content = .plain(.list(value.sorted().map { .int($0) }))
        case let value as Set<String>: node.content = .plain(.list(value.sorted().map { .str($0) }))
        default: try value.encode(to: at(node))
        }
    }
}

/// A value that is still being encoded.
private final class EncodedNode {
    enum Content { case plain(PythonValue), pairs, items }

    var content = Content.plain(.none)
    private var pairs: [(key: String, node: EncodedNode)] = []
    private var items: [EncodedNode] = []

    func add(_ key: String) -> EncodedNode {
        let node = EncodedNode()
        pairs.append((key, node))
        return node
    }

    func add() -> EncodedNode {
        let node = EncodedNode()
        items.append(node)
        return node
    }

    var count: Int { items.count }

    var value: PythonValue {
        switch content {
        case .plain(let value): value
        case .pairs: .dict(PythonDictionary(pairs.map { (PythonValue.str($0.key), $0.node.value) }))
        case .items: .list(items.map(\.value))
        }
    }
}

private struct EncodedPairs<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: EncodedNode
    let encoder: PythonEncoder

    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { _ = node.add(key.stringValue) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        try encoder.put(value, in: node.add(key.stringValue))
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key)
        -> KeyedEncodingContainer<Nested>
    {
        encoder.at(node.add(key.stringValue)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder.at(node.add(key.stringValue)).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder.at(node.add("super")) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder.at(node.add(key.stringValue)) }
}

private struct EncodedItems: UnkeyedEncodingContainer {
    let node: EncodedNode
    let encoder: PythonEncoder

    var codingPath: [any CodingKey] { [] }
    var count: Int { node.count }

    func encodeNil() { _ = node.add() }
    func encode<Value: Encodable>(_ value: Value) throws { try encoder.put(value, in: node.add()) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder.at(node.add()).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.at(node.add()).unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder.at(node.add()) }
}

private struct EncodedSingle: SingleValueEncodingContainer {
    let node: EncodedNode
    let encoder: PythonEncoder

    var codingPath: [any CodingKey] { [] }

    func encodeNil() { node.content = .plain(.none) }
    func encode<Value: Encodable>(_ value: Value) throws { try encoder.put(value, in: node) }
}

/// A value without parts.
protocol PlainValue {
    var plain: PythonValue { get }
    init?(plain value: PythonValue)
}

extension Bool: PlainValue {
    var plain: PythonValue { .bool(self) }
    init?(plain value: PythonValue) {
        guard case .bool(let isTrue) = value else { return nil }
        self = isTrue
    }
}

extension String: PlainValue {
    var plain: PythonValue { .str(self) }
    init?(plain value: PythonValue) {
        guard case .str(let text) = value else { return nil }
        self = text
    }
}

extension Double: PlainValue {
    var plain: PythonValue { .float(self) }
    init?(plain value: PythonValue) {
        guard case .float(let number) = value else { return nil }
        self = number
    }
}

extension FixedWidthInteger {
    // 64 bits are kept as they are, with or without a sign.
    var plain: PythonValue { .int(Int(truncatingIfNeeded: self)) }

    init?(plain value: PythonValue) {
        guard case .int(let number) = value else { return nil }
        self.init(truncatingIfNeeded: number)
        guard Int(truncatingIfNeeded: self) == number else { return nil }
    }
}

extension Int: PlainValue {}
extension Int8: PlainValue {}
extension Int16: PlainValue {}
extension Int32: PlainValue {}
extension Int64: PlainValue {}
extension UInt: PlainValue {}
extension UInt8: PlainValue {}
extension UInt16: PlainValue {}
extension UInt32: PlainValue {}
extension UInt64: PlainValue {}
