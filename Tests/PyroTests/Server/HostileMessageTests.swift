import Pickle
import Testing

@testable import Pyro

/// Messages that no honest client sends, each after the handshake.
@Suite struct HostileMessageTests {
    /// The server's reaction: nil if it closes the connection.
    private func reaction(of connection: Connection) throws -> ReceivedMessage? {
        do {
            return try connection.receive()
        } catch MessageError.cutShort {
            return nil
        }
    }

    private func isAlive(_ connection: Connection) throws -> Bool {
        var ping = Message(type: .ping, sequence: 99, serializer: 42)
        ping.payload.append(contentsOf: Array("ping".utf8))
        try connection.send(ping)
        return try connection.receive()?.header.sequence == 99
    }

    @Test func eachGetsItsAnswer() throws {
        let server = try TestServer()
        let vectors = try RecordedMessages.hostile()
        #expect(vectors.count >= 14)
        for vector in vectors {
            let connection = try server.greeted()
            try connection.socket.write([Bytes(vector.bytes)])
            let reaction = try reaction(of: connection)
            if vector.answer.hasPrefix("close") {
                #expect(reaction == nil, "\(vector.name)")
            } else if vector.answer.contains("then close") {
                #expect(reaction == nil || reaction?.header.flags.contains(.exception) == true, "\(vector.name)")
            } else {
                let reply = try #require(reaction, "\(vector.name)")
                #expect(reply.header.type == .result && reply.header.sequence == 1, "\(vector.name)")
                if vector.answer.hasPrefix("exception") {
                    #expect(reply.header.flags.contains(.exception), "\(vector.name)")
                } else if vector.answer.hasPrefix("accept") {
                    #expect(!reply.header.flags.contains(.exception), "\(vector.name)")
                }
                #expect(try isAlive(connection), "\(vector.name)")
            }
        }
        #expect(try server.client().call("add", [1, 2]) == 3)
    }

    @Test func aCorrelationOfTheWrongLengthIsNotSentBack() throws {
        let server = try TestServer()
        let connection = try server.greeted()
        for count in [15, 16] {
            var ping = Message(type: .ping, sequence: 1, serializer: 42)
            ping.annotations["CORR"] = Array(repeating: 7, count: count)
            try connection.send(ping)
            #expect(try connection.receive()?.annotations["CORR"]?.count == (count == 16 ? 16 : nil))
        }
    }

    @Test func requestsInOnePieceAreAnsweredInOrder() throws {
        let server = try TestServer()
        let connection = try server.greeted()
        let call = WireCall(object: "Test", method: "echo", arguments: CallArguments([7]))
        var bytes: [UInt8] = []
        for sequence in [UInt16(7), 65535, 0] {
            var payload = Segments()
            try PickleSerializer().encodeCall(call, to: &payload)
            let header = MessageHeader(
                type: .invoke,
                flags: [],
                sequence: sequence,
                serializer: SerializerID.pickle.rawValue,
                payloadLength: payload.byteCount,
                annotationsLength: 0
            )
            bytes += header.bytes + payload.joined()
        }
        try connection.socket.write([Bytes(bytes)])
        let sequences = try (0..<3).map { _ in try connection.receive()?.header.sequence }
        #expect(sequences == [7, 65535, 0])
    }
}
