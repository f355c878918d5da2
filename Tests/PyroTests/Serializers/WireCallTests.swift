import Pickle
import Testing

@testable import Pyro

@Suite("Calls that are none")
struct WireCallTests {
    @Test(arguments: SerializerID.allCases.filter { $0 != .json })
    func areRefusedWithPythonsTexts(id: SerializerID) {
        let problems: [(PythonValue, String)] = [
            (.tuple(["a", "b", []]), "not enough values to unpack (expected 4, got 3)"),
            ([], "not enough values to unpack (expected 4, got 0)"),
            (["a", "b", [], .dict([:]), 5], "too many values to unpack (expected 4)"),
            (5, "cannot unpack non-iterable int object"),
            ([1, "b", [], .dict([:])], "the object of a call must be a str"),
            (["a", .none, [], .dict([:])], "the method of a call must be a str"),
            (["a", "b", 1, .dict([:])], "the arguments of a call must be a tuple or a list, not int"),
            (["a", "b", [], []], "the keyword arguments of a call must be a dict, not list"),
            (["a", "b", [], .dict(PythonDictionary([(1, 2)]))], "keywords must be strings"),
        ]
        for (value, problem) in problems {
            expectProblem(problem) { _ = try id.serializer.decodeCall(id.encode(value)[...]) }
        }
    }

    @Test func areRefusedInJSON() {
        func read(_ text: String) throws { _ = try SerializerID.json.serializer.decodeCall(Array(text.utf8)[...]) }
        expectProblem("a call must be an object") { try read("[]") }
        expectProblem("a call has no 'method'") { try read(#"{"object": "a"}"#) }
        expectProblem("a call has no 'kwargs'") { try read(#"{"object": "a", "method": "b", "params": []}"#) }
        expectProblem("the object of a call must be a str") {
            try read(#"{"object": 1, "method": "b", "params": [], "kwargs": {}}"#)
        }
    }

    @Test func marshalHasArgumentsInALists() throws {
        let call = WireCall(object: "a", method: "b", arguments: CallArguments([1]))
        #expect(
            try MarshalFormat.read(SerializerID.marshal.encodeCall(call)[...]) == .tuple(["a", "b", [1], .dict([:])])
        )
    }

    @Test func serializersHaveNamesAndNumbers() {
        #expect(SerializerID.allCases.map(\.name) == ["serpent", "json", "marshal", "pickle", "msgpack"])
        #expect(SerializerID.allCases.map(\.rawValue) == [1, 2, 3, 4, 6])
        #expect(SerializerID.allCases.allSatisfy { SerializerID(name: $0.name) == $0 })
        #expect(SerializerID(name: "dill") == nil)
    }

    @Test func pickleSaysWhyItRefuses() {
        expectProblem("pickle ends too early, at byte 2") {
            _ = try SerializerID.pickle.serializer.decode([0x80, 0x04])
        }
        #expect(throws: SerializerError.self) { try SerializerID.pickle.encode(.reference("x")) }
    }
}
