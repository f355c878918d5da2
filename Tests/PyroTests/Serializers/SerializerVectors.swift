import Foundation
import Pickle
import Testing

@testable import Pyro

/// Payloads from Python's serializers, with the values that Pyro4's receivers read.
enum SerializerVectors {
    struct Vector: Decodable, CustomTestStringConvertible {
        let name: String
        let direction: String
        let serializer: String
        let b64: String
        /// The value that Pyro4's receiver reads.
        let value: DescribedValue
        /// The value in the format alone.
        let literal: DescribedValue

        var isCall: Bool { name.hasPrefix("call") }
        var testDescription: String { "\(serializer): \(name)" }

        var id: SerializerID {
            get throws { try #require(SerializerID(name: serializer)) }
        }
        var bytes: ArraySlice<UInt8> {
            get throws { try ArraySlice(#require(Data(base64Encoded: b64))) }
        }
    }

    /// A message of a recorded session.
    struct Message: Decodable {
        let kind: String
        let serializer: UInt16
        let b64: String
        let payload: DescribedValue

        /// The payload.
        var content: ArraySlice<UInt8> {
            get throws {
                let bytes = try [UInt8](#require(Data(base64Encoded: b64)))
                return bytes[(24 + Int(bytes[18]) << 8 + Int(bytes[19]))...]
            }
        }
    }

    static let all: [Vector] = (try? load("index.json", as: Index.self).vectors) ?? []
    /// The vectors that are valid here: times without a zone were written where local time is UTC.
    static let fitting = all.filter { vector in
        let recorded = Date(timeIntervalSince1970: 1_577_934_245)
        let isTime = vector.serializer == "msgpack" && vector.name == "datetime"
        return !isTime || TimeZone.current.secondsFromGMT(for: recorded) == 0
    }
    static let messages: [Message] = ["session-microscope-numpy2.json", "session-reference-probe.json"].flatMap {
        name in
        let messages = (try? load(name, as: Session.self).messages) ?? []
        return messages.filter { [1, 2, 3, 6].contains($0.serializer) }
    }

    private struct Index: Decodable {
        let vectors: [Vector]

        enum CodingKeys: String, CodingKey { case vectors = "other_serializers" }
    }

    private struct Session: Decodable { let messages: [Message] }

    private static func load<Content: Decodable>(_ name: String, as type: Content.Type) throws -> Content {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name)))
    }

    /// The folder `Vectors` next to this one or to one above it.
    private static let folder: URL = {
        var folder = URL(filePath: #filePath)
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let vectors = folder.appending(path: "Vectors")
            if FileManager.default.fileExists(atPath: vectors.appending(path: "index.json").path) { return vectors }
        }
        return folder
    }()
}

/// A value in JSON as the vectors describe it.
///
/// Types that JSON lacks are objects with `$`.
indirect enum DescribedValue: Decodable, Hashable {
    case null
    case bool(Bool)
    case int(Int)
    case text(String)
    case list([DescribedValue])
    case object([String: DescribedValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([DescribedValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: DescribedValue].self))
        }
    }

    var isError: Bool { if case .object(let members) = self { members["$error"] != nil } else { false } }
}

extension DescribedValue {
    init(_ value: PythonValue) {
        switch value {
        case .none: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value) where value.magnitude < 1 << 53: self = .int(value)
        case .int(let value): self = Self.typed("int", ["v": .text(String(value))])
        case .bigInt(let value): self = Self.typed("int", ["v": .text(value.description)])
        case .float(let value): self = Self.typed("float", ["v": .text(value.pythonText)])
        case .complex(let real, let imaginary):
            self = Self.typed("complex", ["re": .text(real.pythonText), "im": .text(imaginary.pythonText)])
        case .str(let value): self = .text(value)
        case .list(let items): self = Self.list(items)
        default: self = Self.ofObject(value)
        }
    }

    private static func ofObject(_ value: PythonValue) -> DescribedValue {
        switch value {
        case .bytes(let value): typed("bytes", ["b64": .text(Base64.encoded(value.array))])
        case .tuple(let items): typed("tuple", ["items": list(items)])
        case .set(let items): typed("set", ["items": list(items)])
        case .frozenset(let items): typed("frozenset", ["items": list(items)])
        case .dict(let value): typed("dict", ["items": .list(value.pairs.map { list([$0.key, $0.value]) })])
        case .uri(let uri): typed("uri", ["uri": .text(uri.text)])
        case .proxy(let proxy): describe(proxy)
        case .exception(let error): describe(error)
        case .failedCall(let error): typed("exceptionwrapper", ["exception": describe(error)])
        case .date(let date): typed("datetime", ["iso": .text(date.text)])
        default: .text("a value that no vector has")
        }
    }

    private static func typed(_ type: String, _ members: [String: DescribedValue]) -> DescribedValue {
        .object(members.merging(["$": .text(type)]) { $1 })
    }

    private static func list(_ items: [PythonValue]) -> DescribedValue { .list(items.map { DescribedValue($0) }) }

    private static func names(_ names: [String]) -> DescribedValue { .list(names.map { .text($0) }) }

    private static func describe(_ proxy: PyroProxy) -> DescribedValue {
        typed(
            "proxy",
            [
                "uri": .text(proxy.uri.text), "oneway": names(proxy.oneway), "methods": names(proxy.methods),
                "attrs": names(proxy.attributes), "handshake": DescribedValue(proxy.handshake),
                "serializer": proxy.serializer.map { .text($0) } ?? .null,
            ]
        )
    }

    private static func describe(_ error: PythonException) -> DescribedValue {
        var attributes: [String: DescribedValue] = [:]
        for case (.str(let name), let value) in error.attributes.pairs {
            attributes[name] = name == "_pyroTraceback" ? traceback(value) : DescribedValue(value)
        }
        let name = DescribedValue.text(error.type.description)
        return typed("exception", ["class": name, "args": list(error.arguments), "attrs": .object(attributes)])
    }

    /// Tracebacks are described by their number of lines and a checksum.
    private static func traceback(_ value: PythonValue) -> DescribedValue {
        guard case .list(let items) = value else { return DescribedValue(value) }
        let text = items.map { if case .str(let line) = $0 { line } else { "" } }.joined()
        return typed("traceback", ["lines": .int(items.count), "crc32": .int(Int(crc32(text)))])
    }

    private static func crc32(_ text: String) -> UInt32 {
        ~text.utf8.reduce(~0) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}

extension PythonDate {
    fileprivate var text: String { if case .str(let text)? = try? plain { text } else { "" } }
}
