import Foundation

/// A JSON value, for reading the vectors and comparing descriptions.
indirect enum JSON: Hashable, Decodable {
    case null
    case bool(Bool)
    case int(Int)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    /// A text that is the same for equal values, to sort by.
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .string(let value): "\"\(value)\""
        case .array(let items): "[\(items.map(\.text).joined(separator: ","))]"
        case .object(let pairs): "{\(pairs.map { "\"\($0)\":\($1.text)" }.sorted().joined(separator: ","))}"
        }
    }
}

extension JSON {
    /// The description with numbers written one way and members of sets in one order.
    var normalized: JSON {
        switch self {
        case .array(let items): return .array(items.map(\.normalized))
        case .object(let pairs):
            let pairs = pairs.mapValues(\.normalized)
            guard case .string(let kind) = pairs["$"] else { return .object(pairs) }
            return .object(Dictionary(uniqueKeysWithValues: pairs.map { ($0, Self.normalized($1, $0, in: kind)) }))
        default: return self
        }
    }

    private static func normalized(_ value: JSON, _ name: String, in kind: String) -> JSON {
        switch (kind, name, value) {
        case ("float", "v", .string(let text)), ("complex", "re", .string(let text)),
            ("complex", "im", .string(let text)):
            .string(Double(text).map { $0.isNaN ? "nan" : "\($0.bitPattern)" } ?? text)
        case ("set", "items", .array(let items)), ("frozenset", "items", .array(let items)),
            ("proxy", "oneway", .array(let items)), ("proxy", "methods", .array(let items)),
            ("proxy", "attrs", .array(let items)):
            .array(items.sorted { $0.text < $1.text })
        default: value
        }
    }
}
