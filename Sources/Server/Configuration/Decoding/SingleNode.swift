/// A value without parts.
struct SingleNode: SingleValueDecodingContainer {
    private let decoder: NodeDecoder

    init(_ decoder: NodeDecoder) { self.decoder = decoder }

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

/// A type of the standard library that a value without parts is read as.
private protocol ReadableScalar {
    static var expectation: Expectation<Self> { get }
    /// What stands in for a wrong value.
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
