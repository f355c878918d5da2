import Pickle
import Testing

@testable import Pyro

@Suite("Values that arrive as they were sent")
struct RoundTripTests {
    private static let big = PythonValue.bigInt(BigInteger(bytes: [UInt8](repeating: 0x5A, count: 300)))
    private static let simple: [PythonValue] = [
        .none, true, false, 0, -1, 127, 128, 255, 256, 65535, 65536, -32, -33, -128, -129, -32768, -32769,
        .int(1 << 32), .int(.max), .int(.min), big, .bigInt(BigInteger(bytes: [0, 0, 0, 0, 0, 0, 0, 0x80, 0])),
        .bigInt(BigInteger(bytes: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF])),
        0.0, 1.5, -2.25e-300, 1e16, 123456789012345680.0, .float(.infinity), .float(-.infinity),
        "", "hello", "it's", "\"", "'\"\\\n\r\t\u{1}\u{7F}\u{85}\u{AD}\u{2028}€😀\u{E0001}", .str(longText),
    ]
    private static let longText = String(repeating: "x", count: 70_000)
    private static let error = PythonException(
        PythonClass("builtins", "ValueError"),
        ["boom"],
        attributes: ["_pyroTraceback": ["line 1\n"]]
    )
    private static let proxy = PyroProxy(
        PyroURI(object: "Stage.x", location: .tcp(host: "::1", port: 8000)),
        oneway: ["abort"],
        methods: ["move_to", "abort"],
        attributes: ["position"],
        hmacKey: [1, 2, 0xFF],
        serializer: "serpent"
    )
    private static let objects: [PythonValue] = [
        .exception(error), .failedCall(error), .proxy(proxy), ["a", .uri(proxy.uri)],
        .uri(PyroURI(object: "x", location: .unix(path: "/run/x y"))),
        .uri(PyroURI(scheme: "PYRONAME", object: "x", location: nil)),
        .dict(["x": [.proxy(proxy), .exception(error)]]),
    ]
    private static let collections: [PythonValue] = [
        [], [[]], .list((0..<70_000).map { .int($0) }), .dict([:]), .dict(["a": 1, "b": .dict(["c": .none])]),
        .dict(PythonDictionary((0..<20).map { (.str("k\($0)"), .int($0)) })),
    ]

    @Test(arguments: SerializerID.plain)
    func inAllSerializers(id: SerializerID) throws {
        for value in Self.simple + Self.objects + Self.collections { #expect(try id.passed(value) == value) }
    }

    @Test(arguments: [SerializerID.serpent, .marshal])
    func inThoseThatHaveTuplesAndSets(id: SerializerID) throws {
        let values: [PythonValue] = [
            .tuple([]), .tuple([1]), .tuple([1, .tuple([2, "a"])]), .set([1, "a", .tuple([2])]),
            .complex(real: 1, imaginary: -2.5), .complex(real: -0.5, imaginary: .infinity),
            .dict(
                PythonDictionary(
                    [(1, 2), (.tuple([1, "a"]), .none), (2.5, [3]), (true, false)] as [PythonDictionary.Pair]
                )
            ),
        ]
        for value in values { #expect(try id.passed(value) == value) }
    }

    @Test func inTheBinaryOnes() throws {
        let bytes = PythonValue.bytes(Bytes([UInt8](0...255)))
        #expect(try SerializerID.marshal.passed(bytes) == bytes)
        #expect(try SerializerID.msgpack.passed(bytes) == bytes)
        #expect(try SerializerID.marshal.passed(.frozenset([1])) == .frozenset([1]))
        #expect(try SerializerID.msgpack.passed(.complex(real: 1, imaginary: 2)) == .complex(real: 1, imaginary: 2))
    }

    @Test(arguments: SerializerID.plain)
    func numbersThatAreNone(id: SerializerID) throws {
        guard case .float(let number) = try id.passed(.float(.nan)) else { return #expect(Bool(false)) }
        #expect(number.isNaN)
    }

    @Test func datesOfMsgpack() throws {
        let time = PythonDate.TimeOfDay(hour: 23, minute: 59, second: 58, microsecond: 999_999)
        for year in [1, 4, 1600, 1900, 1969, 1970, 2000, 2024, 2100, 9998] {
            for (month, day) in [(1, 2), (2, 28), (3, 1), (7, 31), (12, 31)] {
                let date = PythonValue.date(.date(year: year, month: month, day: day))
                #expect(try SerializerID.msgpack.passed(date) == date)
                // Farther from 1970, a number of seconds has no room for microseconds.
                guard (1900...2100).contains(year) else { continue }
                let datetime = PythonValue.date(.datetime(year: year, month: month, day: day, time, zone: nil))
                #expect(try SerializerID.msgpack.passed(datetime) == datetime)
            }
        }
    }

    @Test(arguments: SerializerID.allCases)
    func calls(id: SerializerID) throws {
        let calls = [
            WireCall(object: "Camera", method: "set_setting", arguments: CallArguments(["gain", 5])),
            WireCall(object: "Camera", method: "get_setting", arguments: CallArguments(keywords: ["name": "gain"])),
            WireCall(object: "Filter", method: "__getattr__", arguments: CallArguments(["position"])),
            WireCall(
                object: "Stage",
                method: "set_client",
                arguments: CallArguments([.proxy(Self.proxy)], keywords: ["a": [1.5]])
            ),
        ]
        for call in calls { #expect(try id.serializer.decodeCall(id.encodeCall(call)[...]) == call) }
    }
}
