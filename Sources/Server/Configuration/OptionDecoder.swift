internal import Devices

/// A decoder of a driver's own `Decodable` options from their part of the configuration.
///
/// Containers report an error and continue with a placeholder, so that one pass finds all errors. Only a single value of
/// another type throws, so that a type may try several: `try? container.decode(Int.self)`.
struct OptionDecoder: Decoder {
    let node: ConfigurationNode
    let reader: ConfigurationReader

    init(_ node: ConfigurationNode, reader: ConfigurationReader) {
        self.node = node
        self.reader = reader
    }

    var codingPath: [any CodingKey] { node.path }
    var userInfo: [CodingUserInfoKey: Any] {
        [
            .driverCatalog: reader.drivers, .cameraRequests: reader.cameraRequests,
            .deviceReferences: reader.deviceReferences, .optionFiles: reader.optionFiles,
            .configurationFolder: reader.folder,
        ]
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let section = try Section(node, reader: reader)
        section.mayKnow = { Key(stringValue: $0) != nil }
        section.advice = { key, known in
            ForeignWords.option(key) { known.contains($0) || Key(stringValue: $0) != nil }
        }
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

extension OptionDecoder {
    /// Reads a value of a container, and continues with a placeholder if it is wrong.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let value = decodeIfRight(type) { return value }
        if let word = firstWord(of: type) { return word }
        return try Value(from: OptionDecoder(node.placeholder, reader: reader))
    }

    /// Reads a value of a container; nil after reporting that it is wrong.
    func decodeIfRight<Value: Decodable>(_ type: Value.Type) -> Value? {
        if !node.isPlaceholder, let value = reader.attempt(at: node, { try read(type) }) { return value }
        reader.substitute()
        return nil
    }

    private func read<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let type = type as? any ReadableCollection.Type, let value = try type.read(from: self) as? Value {
            return value
        }
        return try Value(from: self)
    }
}

/// Any case of an enum, as a placeholder for a wrong one.
private func firstWord<Value>(of type: Value.Type) -> Value? {
    guard let type = type as? any CaseIterable.Type else { return nil }
    return first(of: type) as? Value
}

private func first<Value: CaseIterable>(of type: Value.Type) -> Value? { type.allCases.first }

/// The values of a mapping, for a type with a property for each.
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

    func decodeNil(forKey key: Key) -> Bool { section.value(key.stringValue) == nil }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try required(key).decode(type)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let node = section.value(key.stringValue) else { return nil }
        return OptionDecoder(node, reader: reader).decodeIfRight(type)
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

    /// A decoder of the key's value; of null if the key is absent, which the options of a driver may accept.
    func superDecoder(forKey key: Key) -> any Decoder { decoder(PathKey(key.stringValue)) }

    private func required(_ key: Key) -> OptionDecoder {
        OptionDecoder(section.requiredValue(key.stringValue), reader: reader)
    }

    private func decoder(_ key: PathKey) -> OptionDecoder {
        let node = section.value(key.stringValue) ?? section.node.emptyChild(key)
        return OptionDecoder(node, reader: reader)
    }
}

/// The items of a list, for a type that reads one after the other.
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

    private func taken() -> OptionDecoder { OptionDecoder(list.take(), reader: reader) }
}

/// A value without parts.
struct SingleNode: SingleValueDecodingContainer {
    private let decoder: OptionDecoder

    init(_ decoder: OptionDecoder) { self.decoder = decoder }

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool { decoder.node.isNull || decoder.node.isPlaceholder }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard let scalar = type as? any ReadableScalar.Type else { return try Value(from: decoder) }
        guard let value = try scalar.value(of: decoder.node) as? Value else {
            throw decoder.node.error("\(type) cannot be read")
        }
        return value
    }
}

/// A type of the standard library that is read from a value without parts.
private protocol ReadableScalar {
    static var expectation: Expectation<Self> { get }
    /// The placeholder for a wrong value.
    init()
}

extension ReadableScalar {
    fileprivate static func value(of node: ConfigurationNode) throws -> Self {
        node.isPlaceholder ? Self() : try expectation.value(of: node)
    }
}

extension Bool: ReadableScalar { fileprivate static var expectation: Expectation<Bool> { .bool } }
extension String: ReadableScalar { fileprivate static var expectation: Expectation<String> { .text } }
extension Double: ReadableScalar { fileprivate static var expectation: Expectation<Double> { .number() } }
extension Float: ReadableScalar { fileprivate static var expectation: Expectation<Float> { .number() } }

extension FixedWidthInteger {
    fileprivate static var expectation: Expectation<Self> { .integer(in: min...max) }
}

extension Int: ReadableScalar {}
extension Int8: ReadableScalar {}
extension Int16: ReadableScalar {}
extension Int32: ReadableScalar {}
extension Int64: ReadableScalar {}
extension UInt: ReadableScalar {}
extension UInt8: ReadableScalar {}
extension UInt16: ReadableScalar {}
extension UInt32: ReadableScalar {}
extension UInt64: ReadableScalar {}

/// A list or table, read item by item so that one wrong item does not hide errors in later ones.
protocol ReadableCollection {
    static func read(from decoder: OptionDecoder) throws -> Self
}

extension Array: ReadableCollection where Element: Decodable {
    static func read(from decoder: OptionDecoder) throws -> Self {
        var container = try decoder.unkeyedContainer()
        var items: Self = []
        while !container.isAtEnd {
            // An error thrown here has been reported.
            if let item = try? container.decode(Element.self) { items.append(item) }
        }
        return items
    }
}

extension Dictionary: ReadableCollection where Key == String, Value: Decodable {
    static func read(from decoder: OptionDecoder) throws -> Self {
        let container = try decoder.container(keyedBy: PathKey.self)
        var items: Self = [:]
        for key in container.allKeys { items[key.stringValue] = try? container.decode(Value.self, forKey: key) }
        return items
    }
}

extension NamedOptions: ReadableCollection {
    static func read(from decoder: OptionDecoder) throws -> Self {
        let container = try decoder.container(keyedBy: PathKey.self)
        var pairs: [(String, Value)] = []
        for key in container.allKeys {
            if let value = try? container.decode(Value.self, forKey: key) { pairs.append((key.stringValue, value)) }
        }
        return NamedOptions(pairs)
    }
}

extension ConfigurationNode {
    /// An error that a type threw while it read this value, as an error at the place that it concerns.
    func error<Value>(for error: any Error, reading type: Value.Type) -> ConfigurationError {
        switch error {
        case let error as ConfigurationError: return error
        case DecodingError.dataCorrupted(let context):
            let node = self.node(at: context.codingPath)
            // The standard library's message about an enum is for programmers.
            if node.path == path, type is any RawRepresentable.Type { return self.error(refusal(by: type)) }
            return node.error(context.debugDescription)
        case DecodingError.keyNotFound(let key, let context):
            return self.node(at: context.codingPath).error("missing key \(key.stringValue.shown())")
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            return self.node(at: context.codingPath).error(context.debugDescription)
        default: return self.error("\(error)")
        }
    }

    /// The value at a coding path, which may begin at the root or here.
    private func node(at codingPath: [any CodingKey]) -> ConfigurationNode {
        let isAbsolute = codingPath.map(\.stringValue).starts(with: path.map(\.stringValue))
        return deepest(codingPath.dropFirst(isAbsolute ? path.count : 0))
    }

    private func refusal<Value>(by type: Value.Type) -> String {
        guard let type = type as? any (CaseIterable & RawRepresentable).Type else {
            return "\(summary) is not one of the values"
        }
        let words = words(of: type)
        let hint = scalar.flatMap { ForeignWords.word($0.text, among: words) }.map { ", did you mean \($0.shown())?" }
        return "expected one of \(words.joined(separator: ", ")), got \(summary)\(hint ?? "")"
    }

    private func words<Value: CaseIterable & RawRepresentable>(of type: Value.Type) -> [String] {
        type.allCases.map { "\($0.rawValue)" }
    }
}
