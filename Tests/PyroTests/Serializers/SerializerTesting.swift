import Pickle
import Testing

@testable import Pyro

extension SerializerID {
    /// All serializers except pickle, which has its own tests.
    static let plain: [SerializerID] = [.serpent, .json, .marshal, .msgpack]

    func encode(_ value: PythonValue) throws -> [UInt8] {
        var out = Segments()
        try serializer.encode(value, to: &out)
        return out.joined()
    }

    func encodeCall(_ call: WireCall) throws -> [UInt8] {
        var out = Segments()
        try serializer.encodeCall(call, to: &out)
        return out.joined()
    }

    /// The value after writing and reading it.
    func passed(_ value: PythonValue) throws -> PythonValue { try serializer.decode(encode(value)[...]) }
}

/// Expects an error of a serializer with this text.
func expectProblem(
    _ message: String,
    _ kind: SerializerError.Kind = .malformed,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("no error: \(message)", sourceLocation: sourceLocation)
    } catch let error as SerializerError {
        #expect(error.message == message, sourceLocation: sourceLocation)
        #expect(error.kind == kind, sourceLocation: sourceLocation)
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
}
