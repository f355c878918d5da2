import Foundation
import Testing

@testable import Pyro

/// The messages of sessions recorded from real clients and servers.
enum RecordedMessages {
    struct Recorded: Decodable, CustomTestStringConvertible {
        let n: Int
        let kind: String
        let b64: String

        var bytes: [UInt8] { Data(base64Encoded: b64).map(Array.init) ?? [] }
        var testDescription: String { "\(n) \(kind)" }
    }

    private struct Session: Decodable {
        let messages: [Recorded]
    }

    struct Hostile: Decodable {
        let name: String
        let b64: String
        let answer: String

        var bytes: [UInt8] { Data(base64Encoded: b64).map(Array.init) ?? [] }
    }

    private struct Index: Decodable {
        let hostile: [Hostile]

        enum CodingKeys: String, CodingKey { case hostile = "messages_hostile" }
    }

    static func session(_ name: String) throws -> [Recorded] {
        try JSONDecoder().decode(Session.self, from: try data("session-\(name).json")).messages
    }

    static func hostile() throws -> [Hostile] {
        try JSONDecoder().decode(Index.self, from: try data("index.json")).hostile
    }

    private static func data(_ name: String) throws -> Data {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return try Data(contentsOf: tests.deletingLastPathComponent().appending(path: "Vectors/\(name)"))
    }
}
