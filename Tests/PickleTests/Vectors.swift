import CZlib
import Foundation

/// The recorded pickles and sessions beside the tests.
enum Vectors {
    struct Index: Decodable {
        let vectors: [Vector]
        let hostile: [Hostile]
    }

    struct Vector: Decodable, CustomStringConvertible {
        let name: String
        let direction: String
        let `protocol`: Int
        let b64: Data
        let value: JSON

        var description: String { "\(name), protocol \(self.protocol)" }
        var bytes: ArraySlice<UInt8> { [UInt8](b64)[...] }
    }

    struct Hostile: Decodable, CustomStringConvertible {
        let name: String
        let expect: String
        let b64: Data?
        let compressed: Data?
        let length: Int?

        private enum CodingKeys: String, CodingKey {
            case name, expect, b64, length
            case compressed = "zlib_b64"
        }

        var description: String { name }
        var bytes: ArraySlice<UInt8> {
            if let b64 { return [UInt8](b64)[...] }
            return inflated([UInt8](compressed ?? Data()), capacity: length ?? 0)[...]
        }
    }

    struct Session: Decodable {
        let messages: [Message]
    }

    struct Message: Decodable, CustomStringConvertible {
        let n: Int
        let kind: String
        let flags: Int
        let serializer: Int
        let b64: Data
        let payload: JSON?

        var description: String { "message \(n), \(kind)" }

        /// The payload of the message, decompressed if necessary.
        var bytes: ArraySlice<UInt8> {
            let message = [UInt8](b64)
            let payload = message[(24 + Int(message[18]) << 8 + Int(message[19]))...]
            guard flags & 2 != 0 else { return payload }
            return inflated(Array(payload), capacity: 1 << 22)[...]
        }
    }

    static let index: Index = load("../Vectors/index.json")
    static let sessions: [Session] = ["hmac", "microscope-numpy2", "reference-probe"].map {
        load("../Vectors/session-\($0).json")
    }
    static let oldProtocols: [Vector] = load("protocol-0-1.json")

    static var toDecode: [Vector] { index.vectors.filter { $0.direction == "decode" } }
    static var toEncode: [Vector] { index.vectors.filter { $0.direction == "encode" } }
    static func hostile(_ expectation: String) -> [Hostile] { index.hostile.filter { $0.expect == expectation } }
    /// The messages of the sessions with pickles that Python can read.
    static var pickledMessages: [Message] {
        sessions.flatMap(\.messages).filter { message in
            if case .object(let pairs) = message.payload, pairs["$error"] != nil { return false }
            return message.serializer == 4 && message.kind != "PING" && message.payload != nil
        }
    }

    private static func load<Contents: Decodable>(_ path: String, besides file: String = #filePath) -> Contents {
        let url = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent(path)
        do {
            return try JSONDecoder().decode(Contents.self, from: Data(contentsOf: url))
        } catch {
            preconditionFailure("\(path) cannot be read: \(error)")
        }
    }
}

/// Decompresses at most `capacity` bytes with zlib.
func inflated(_ bytes: [UInt8], capacity: Int) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: capacity)
    var count = uLongf(capacity)
    let status = unsafe uncompress(&output, &count, bytes, uLong(bytes.count))
    precondition(status == Z_OK, "what was compressed cannot be inflated")
    return Array(output.prefix(Int(count)))
}

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

    /// A text that is the same for equal values, for sorting.
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
    /// The description with a unique form of numbers and order of sets.
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
