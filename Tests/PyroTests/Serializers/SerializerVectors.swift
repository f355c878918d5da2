import Foundation
import Testing

@testable import Pyro

/// Payloads that Python's serializers wrote, with what its receivers make of them.
enum SerializerVectors {
    struct Vector: Decodable, CustomTestStringConvertible {
        let name: String
        let direction: String
        let serializer: String
        let b64: String
        /// What Pyro4's receiver makes of the bytes.
        let value: DescribedValue
        /// What the bare format holds.
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

        /// What follows the header and the annotations.
        var content: ArraySlice<UInt8> {
            get throws {
                let bytes = try [UInt8](#require(Data(base64Encoded: b64)))
                return bytes[(24 + Int(bytes[18]) << 8 + Int(bytes[19]))...]
            }
        }
    }

    static let all: [Vector] = (try? load("index.json", as: Index.self).vectors) ?? []
    /// Those that mean the same here: times without a zone were written where local time is UTC.
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
