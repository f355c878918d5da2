import Pickle
import Testing

@testable import Pyro

@Suite("Values that plain formats carry in another form")
struct PlainValuesTests {
    private func array(_ type: DType, _ bytes: [UInt8]) throws -> NDArray {
        try #require(NDArray(type, shape: [], data: Bytes(bytes)))
    }

    @Test(arguments: SerializerID.plain)
    func membersOfEnumerationsBecomeTheirValue(id: SerializerID) throws {
        #expect(try id.passed(.enumMember(PythonClass("microscope", "TriggerType"), 3)) == 3)
    }

    @Test func namedTuplesBecomeTuples() throws {
        let roi = PythonValue.namedTuple(PythonClass("microscope", "ROI"), [1, 2, 3, 4])
        #expect(try SerializerID.serpent.passed(roi) == .tuple([1, 2, 3, 4]))
        #expect(try SerializerID.marshal.passed(roi) == .tuple([1, 2, 3, 4]))
        #expect(try SerializerID.json.passed(roi) == [1, 2, 3, 4])
        #expect(try SerializerID.msgpack.passed(roi) == [1, 2, 3, 4])
    }

    @Test(arguments: SerializerID.plain)
    func scalarsOfNumpyBecomeNumbers(id: SerializerID) throws {
        let largest = PythonValue.bigInt(BigInteger(bytes: [UInt8](repeating: 0xFF, count: 8) + [0]))
        let half = try #require(DType(kind: .float, size: 2))
        let scalars: [(NDArray, PythonValue)] = try [
            (array(.uint16, [7, 1]), 263), (array(.int8, [0xFD]), -3), (array(.bool, [1]), true),
            (array(.int64, [0, 0, 0, 0, 0, 0, 0, 0x80]), .int(.min)),
            (array(.uint64, [UInt8](repeating: 0xFF, count: 8)), largest),
            (array(.float32, [0, 0, 0, 0x3F]), 0.5), (array(.float64, [0, 0, 0, 0, 0, 0, 0xF8, 0x3F]), 1.5),
            (array(half, [0, 0x34]), 0.25),
        ]
        for (scalar, number) in scalars { #expect(try id.passed(.scalar(scalar)) == number) }
    }

    @Test(arguments: SerializerID.plain)
    func arraysAreRefused(id: SerializerID) throws {
        let image = try #require(NDArray(.uint8, shape: [1, 2], data: [1, 2]))
        let problem = "numpy arrays need the pickle serializer: \(id.name) cannot carry them"
        expectProblem(problem, .unwritable) { _ = try id.encode(.tuple([.array(image), 1.5])) }
    }

    @Test(arguments: SerializerID.plain)
    func whatNoFormatHasIsRefused(id: SerializerID) {
        let values: [(PythonValue, String)] = [
            (.range(start: 0, stop: 1, step: 1), "range"), (.dtype(.uint8), "dtype"),
            (.notImplemented, "NotImplementedType"), (.opaque(OpaqueObject(PythonClass("a", "B"), arguments: [])), "B"),
        ]
        for (value, name) in values {
            let problem = "\(id.name) cannot carry a value of type \(name)"
            expectProblem(problem, .unwritable) { _ = try id.encode([value]) }
        }
        expectProblem("the object x can be sent only as a proxy", .unwritable) { _ = try id.encode(.reference("x")) }
    }

    @Test func someFormatsLackMore() {
        let refused: [(SerializerID, PythonValue, String)] = [
            (.json, .bytes([1]), "json cannot carry a value of type bytes"),
            (.json, .bytearray([1]), "json cannot carry a value of type bytearray"),
            (.json, .complex(real: 1, imaginary: 1), "json cannot carry a value of type complex"),
            (
                .json, .dict(PythonDictionary([(.tuple([]), 1)])),
                "keys must be str, int, float, bool or None, not tuple"
            ),
            (
                .serpent, .set([.bytes([1])]),
                "one of the keys in a dict or set is not of a simple type: bytes"
            ),
        ]
        for (id, value, problem) in refused { expectProblem(problem, .unwritable) { _ = try id.encode(value) } }
    }

    @Test func jsonMakesTextOfKeys() throws {
        let dictionary = PythonDictionary(
            [(7, 1), (1.5, 2), (true, 3), (.none, 4), ("a", 5)] as [PythonDictionary.Pair]
        )
        #expect(
            try SerializerID.json.encode(.dict(dictionary))
                == Array(#"{"7": 1, "1.5": 2, "true": 3, "null": 4, "a": 5}"#.utf8)
        )
    }

    @Test func datesBecomeTexts() throws {
        let time = PythonDate.TimeOfDay(hour: 3, minute: 4, second: 5, microsecond: 600)
        let zone = PythonDate.Span(days: -1, seconds: 66_600, microseconds: 0)
        let span = PythonDate.Span(days: -1, seconds: 5, microseconds: 7)
        let dates: [(PythonDate, PythonValue)] = [
            (.date(year: 20, month: 1, day: 2), "0020-01-02"), (.time(time), "03:04:05.000600"),
            (.datetime(year: 2020, month: 1, day: 2, time, zone: zone), "2020-01-02T03:04:05.000600-05:30"),
            (.timedelta(span), -86394.999993),
        ]
        for id in [SerializerID.serpent, .json, .marshal] {
            for (date, form) in dates { #expect(try id.passed(.date(date)) == form) }
        }
        let timezone = PythonValue.date(.timezone(zone))
        expectProblem("a timezone travels only with the pickle serializer", .unwritable) {
            _ = try SerializerID.json.encode(timezone)
        }
        expectProblem("msgpack cannot serialize datetime with timezone info", .unwritable) {
            _ = try SerializerID.msgpack.encode(.date(dates[2].0))
        }
    }

    @Test(arguments: SerializerID.plain)
    func deepValuesAreRefused(id: SerializerID) throws {
        let deepest = (1..<64).reduce([] as PythonValue) { value, _ in [value] }
        #expect(try id.passed(deepest) == deepest)
        expectProblem("the values are nested too deeply") { _ = try id.encode([deepest]) }
    }
}
