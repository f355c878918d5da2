/// Options by names that the configuration's author chose, in the order of the file: a stage's axes.
public struct NamedOptions<Value: Decodable & Sendable>: Decodable, Sendable {
    public let pairs: [(name: String, value: Value)]

    public init(_ pairs: [(name: String, value: Value)]) { self.pairs = pairs }

    public init(from decoder: any Decoder) throws {
        let options = try decoder.container(keyedBy: Name.self)
        pairs = try options.allKeys.map { ($0.stringValue, try options.decode(Value.self, forKey: $0)) }
    }

    /// Any name, of digits as well, which makes it no index.
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init(intValue: Int) { stringValue = "\(intValue)" }
    }
}

extension NamedOptions: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral pairs: (String, Value)...) { self.init(pairs.map { ($0, $1) }) }
}
