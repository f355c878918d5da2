import Pickle
import Testing

@testable import Pyro

/// Several calls in one message, with their results in one reply.
@Suite struct BatchTests {
    private let server: TestServer
    private let connection: Connection

    init() throws {
        server = try TestServer()
        connection = try server.greeted()
    }

    /// The reply to a batch of calls.
    private func answer(_ calls: [PythonValue]) throws -> PythonValue {
        let call = WireCall(object: "Test", method: "<batch>", arguments: CallArguments(calls))
        var request = Message(type: .invoke, flags: .batch, sequence: 1, serializer: SerializerID.pickle.rawValue)
        try PickleSerializer().encodeCall(call, to: &request.payload)
        try connection.send(request)
        let reply = try #require(try connection.receive())
        return try PickleSerializer().decode(try reply.bytes, unknownClasses: .opaque)
    }

    private func call(_ method: String, _ arguments: PythonValue..., keywords: PythonDictionary = [:]) -> PythonValue {
        .tuple([.str(method), .tuple(arguments), .dict(keywords)])
    }

    @Test func resultsComeInOrder() throws {
        let calls = (0..<100).map { call("add", .int($0), 1) } + [call("add", 1, keywords: ["b": 5]), call("echo", [])]
        #expect(try answer(calls) == .list((1...100).map(PythonValue.int) + [6, []]))
    }

    @Test func aCallMayBeAListAndLackKeywords() throws {
        #expect(try answer([.list(["add", [1, 2], .none])]) == [3])
    }

    @Test func theFirstFailureIsTheLastResult() throws {
        guard case .list(let results) = try answer([call("echo", 1), call("fail", "no"), call("note", 2)]) else {
            Issue.record("no list")
            return
        }
        #expect(results.count == 2 && results.first == 1)
        guard case .failedCall(let error)? = results.last else {
            Issue.record("\(results)")
            return
        }
        #expect(error.arguments == ["no"])
        #expect(server.object.notes(0) == [])
    }

    @Test(arguments: ["unknown", "_private"])
    func whatCannotBeCalledStopsTheBatchBeforeItBegins(method: String) throws {
        guard case .exception(let error) = try answer([call("note", 1), call("note", 2), call(method)]) else {
            Issue.record("no exception")
            return
        }
        #expect(error.type.name == "AttributeError")
        #expect(server.object.notes(0) == [])
    }

    @Test(
        arguments: [
            .str("note"), .tuple(["note", .tuple([1])]), .tuple([1, .tuple([]), .dict([:])]),
            .tuple(["note", 1, .dict([:])]), .tuple(["note", .tuple([1]), 1]),
        ] as [PythonValue]
    )
    func whatIsNoCallIsRefused(item: PythonValue) throws {
        guard case .exception(let error) = try answer([call("note", 1), item]) else {
            Issue.record("no exception")
            return
        }
        // The translation of the object's own errors.
        #expect(error.type == PythonClass("Pyro4.errors", "PyroError"))
        #expect(server.object.notes(0) == [])
    }

    @Test func resultsBeyondTheLongestReplyEndTheBatch() throws {
        var options = ServerOptions()
        options.longestBatchReply = 10_000
        let server = try TestServer(options)
        let connection = try server.greeted()
        let text = PythonValue.str(String(repeating: "x", count: 1000))
        let calls = Array(repeating: PythonValue.tuple(["echo", .tuple([text]), .dict([:])]), count: 100)
        let call = WireCall(object: "Test", method: "<batch>", arguments: CallArguments(calls))
        var request = Message(type: .invoke, flags: .batch, sequence: 1, serializer: SerializerID.pickle.rawValue)
        try PickleSerializer().encodeCall(call, to: &request.payload)
        try connection.send(request)
        let reply = try #require(try connection.receive())
        guard case .list(let results) = try PickleSerializer().decode(try reply.bytes, unknownClasses: .opaque),
            case .failedCall(let exception)? = results.last
        else {
            Issue.record("the batch did not end with a failed call")
            return
        }
        #expect(results.count == 10)
        #expect(exception.text == "the results of the batch are longer than a message can be")
    }
}
