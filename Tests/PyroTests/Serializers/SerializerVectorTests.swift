import Pickle
import Testing

@testable import Pyro

@Suite("Payloads that Python wrote")
struct SerializerVectorTests {
    @Test func thereAreAll() {
        let counts = Dictionary(grouping: SerializerVectors.all, by: \.serializer).mapValues(\.count)
        #expect(counts == ["serpent": 38, "json": 36, "marshal": 33, "msgpack": 38])
        #expect(SerializerVectors.messages.count > 150)
    }

    @Test(arguments: SerializerVectors.fitting)
    func areReadAsPythonReadsThem(vector: SerializerVectors.Vector) throws {
        let serializer = try vector.id.serializer
        guard !vector.isCall else {
            let call = try serializer.decodeCall(vector.bytes)
            return #expect(DescribedValue(call.form(like: vector.value)) == vector.value)
        }
        // Python's msgpack refuses numbers as keys; here they are accepted.
        let expected = vector.value.isError ? vector.literal : vector.value
        #expect(DescribedValue(try serializer.decode(vector.bytes)) == expected)
    }

    @Test(arguments: SerializerVectors.fitting.filter { $0.direction == "both" && $0.serializer != "marshal" })
    func areWrittenAgainAsTheyWere(vector: SerializerVectors.Vector) throws {
        let serializer = try vector.id.serializer
        var out = Segments()
        if vector.isCall, try vector.id == .json {
            try serializer.encodeCall(serializer.decodeCall(vector.bytes), to: &out)
        } else {
            try serializer.encode(original(of: vector) ?? serializer.decode(vector.bytes), to: &out)
        }
        #expect(try out.joined() == Array(vector.bytes))
    }

    /// Python's writer marks values for later references; here nothing is marked.
    @Test(arguments: SerializerVectors.all.filter { $0.serializer == "marshal" })
    func ofMarshalAreReadTheSameWhenWrittenAgain(vector: SerializerVectors.Vector) throws {
        let serializer = try vector.id.serializer
        let value = try serializer.decode(vector.bytes)
        var out = Segments()
        try serializer.encode(value, to: &out)
        #expect(DescribedValue(try serializer.decode(out.joined()[...])) == DescribedValue(value))
    }

    /// The values that are read back as other values.
    private func original(of vector: SerializerVectors.Vector) -> PythonValue? {
        let time = PythonDate.TimeOfDay(hour: 3, minute: 4, second: 5, microsecond: 0)
        return switch vector.name {
        case "bytes": .bytes([0x61, 0x62, 0xFF])
        case "set": .set([1, 2])
        case "set empty": .set([])
        case "datetime": .date(.datetime(year: 2020, month: 1, day: 2, time, zone: nil))
        case "uuid": .uuid("00000000-0000-0000-0000-000000000005")
        case "decimal": .decimal("1.5")
        default: nil
        }
    }

    @Test func ofSessionsAreReadAsPythonReadsThem() throws {
        for message in SerializerVectors.messages {
            let value = try literal(message)
            #expect(DescribedValue(value) == message.payload)
            guard message.kind == "INVOKE" else { continue }
            let id = try #require(SerializerID(rawValue: message.serializer))
            #expect(try id.serializer.decodeCall(message.content).method.isEmpty == false)
        }
    }

    private func literal(_ message: SerializerVectors.Message) throws -> PythonValue {
        switch message.serializer {
        case 1: try SerpentFormat.read(message.content)
        case 2: try JSONFormat.read(message.content)
        case 3: try MarshalFormat.read(message.content)
        default: try MsgpackFormat.read(message.content)
        }
    }
}

extension WireCall {
    /// The call as a tuple, with its arguments in the same kind of sequence as in a vector.
    fileprivate func form(like description: DescribedValue) -> PythonValue {
        let inList = PythonValue.tuple([.str(object), .str(method), .list(arguments.positional), keywords])
        return DescribedValue(inList) == description ? inList : tuple
    }
}
