import Pickle
import Testing

struct PickleWriterTests {
    private static let bytes = Bytes([UInt8](0..<24))
    private static let time = PythonDate.TimeOfDay(hour: 23, minute: 59, second: 1, microsecond: 999_999, fold: true)
    private static let zone = PythonDate.Span(days: -1, seconds: 3600, microseconds: 0)
    private static let uri = PyroURI(object: "x", location: .tcp(host: "::1", port: 8001))

    static let values: [PythonValue] =
        [
            .none, true, false, 1.5, .float(-.infinity), "", "é€😀\0", .str(String(repeating: "x", count: 70_000)),
            .bytes([]), .bytes(bytes), .bytes(Bytes([UInt8](repeating: 1, count: 5000))), .bytearray([]),
            .bytearray(bytes), .complex(real: 1, imaginary: -0.5), .list([]), .list([1, [2, [3]]]), .set([]),
            .set([1, "a"]), .frozenset([]), .frozenset([.tuple([1]), .none]), .dict([:]), .dict(["a": 1, "b": [2]]),
            .range(start: -1, stop: 10, step: 3), .decimal("1.50"), .notImplemented,
            .uuid("f2345678-90ab-cdef-1234-567890abcdef"), .uuid("00000000-0000-0000-0000-000000000001"),
            .date(.date(year: 2024, month: 2, day: 29)), .date(.time(time)), .date(.timedelta(zone)),
            .date(.timezone(zone)), .date(.datetime(year: 1, month: 1, day: 1, time, zone: nil)),
            .date(.datetime(year: 9999, month: 12, day: 31, time, zone: zone)),
            .enumMember(PythonClass("microscope", "TriggerMode"), 4),
            .namedTuple(PythonClass("microscope", "ROI"), [0, 0, 640, 480]),
            .exception(PythonException("ValueError", "a")),
            .exception(PythonException(PythonClass("microscope", "DeviceError"), [], attributes: ["a": [1]])),
            .failedCall(PythonException("KeyError", "k")), .uri(uri),
            .uri(PyroURI(object: "x", location: .unix(path: "/run/red camera"))),
            .uri(PyroURI(scheme: "PYRONAME", object: "x", location: nil)),
            .uri(PyroURI(scheme: "PYROMETA", object: "a,b", location: .tcp(host: "h", port: 9090))),
            .proxy(PyroProxy(uri)),
            .proxy(
                PyroProxy(
                    uri,
                    oneway: ["a"],
                    methods: ["a", "b"],
                    attributes: ["c"],
                    handshake: [1],
                    serializer: "json"
                )
            ),
            .proxy(PyroProxy(uri, hmacKey: bytes)),
        ] + (0...5).map { .tuple(Array(repeating: 7, count: $0)) } + integers + arrays

    private static let integers: [PythonValue] =
        [0, 1, 255, 256, 65_535, 65_536, -1, -128, -129, 1 << 31, -1 << 31, -1 << 39, 1 << 39, .max, .min].map {
            .int($0)
        }
        + [[0, 0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0, 0, 0x80], [UInt8](repeating: 0x55, count: 400)].map {
            .bigInt(BigInteger(bytes: $0))
        }

    private static let types: [DType] = [
        .bool, .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64, .float32, .float64,
    ]
    private static let arrays: [PythonValue] =
        (types + [DType(kind: .float, size: 2), DType(kind: .complex, size: 16)].compactMap(\.self)).flatMap { type in
            [
                NDArray(
                    type,
                    shape: [24 / type.size, 1],
                    data: Bytes([UInt8](0..<24).prefix(24 / type.size * type.size))
                ),
                NDArray(
                    type,
                    shape: [1, 2, 1, 2],
                    data: Bytes([UInt8](repeating: 3, count: 4 * type.size)),
                    isFortranOrder: true
                ),
                NDArray(type, shape: [], data: Bytes([UInt8](repeating: 0, count: type.size))),
                NDArray(type, shape: [0, 3], data: []),
            ].compactMap { $0.map { .array($0) } } + [.dtype(type)]
                + [NDArray(type, shape: [], data: Bytes([UInt8](repeating: 9, count: type.size)))].compactMap {
                    $0.map { .scalar($0) }
                }
        }

    @Test(arguments: values)
    func whatIsWrittenIsReadBack(_ value: PythonValue) throws {
        #expect(try PickleReader.read(PickleWriter.pickle(value).joined()[...]) == value)
    }

    @Test func theOrderOfADictionaryIsKept() throws {
        var dictionary = PythonDictionary()
        dictionary.isOrderedDict = true
        for index in 0..<20 { dictionary[.int(19 - index)] = .int(index) }
        guard case .dict(let read) = try PickleReader.read(PickleWriter.pickle(.dict(dictionary)).joined()[...]) else {
            Issue.record("not a dict")
            return
        }
        #expect(read.isOrderedDict)
        #expect(read.pairs.map(\.key) == dictionary.pairs.map(\.key))
    }

    @Test func aPushedFrameIsWrittenAsTheProtocolDocumentationShows() throws {
        let array = try #require(NDArray(.uint16, shape: [2, 3], data: Bytes([UInt8](1...12))))
        let call = PythonValue.tuple(["obj_1", "receiveData", .tuple([.array(array), 1.5]), .dict([:])])
        let expected: [PickleStep] =
            [.proto(4), .code(0x28)] + short("obj_1") + short("receiveData") + [
                .global("numpy.core.multiarray", "_reconstruct"), .global("numpy", "ndarray"), .byte(0), .code(0x85),
                .code(0x43), .code(1), .code(0x62), .code(0x87), .code(0x52), .code(0x28), .byte(1), .byte(2), .byte(3),
                .code(0x86), .global("numpy", "dtype"),
            ] + short("<u2") + [.code(0x85), .code(0x52), .code(0x89), .code(0x43), .code(12)]
            + (1...12).map { .code($0) } + [.code(0x74), .code(0x62), .code(0x47), .code(0x3F), .code(0xF8)]
            + Array(repeating: .code(0), count: 6) + [.code(0x86), .code(0x7D), .code(0x74), .stop]
        #expect(try PickleWriter.pickle(call).joined()[...] == PickleStep.pickle(expected))
    }

    private func short(_ text: String) -> [PickleStep] {
        [.code(0x8C), .code(UInt8(text.utf8.count))] + text.utf8.map { .code($0) }
    }

    @Test func theDataOfALargeArrayAreSentFromWhereTheyAre() throws {
        let pixels = Bytes([UInt8](repeating: 5, count: 100_000))
        let address = unsafe pixels.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        let array = try #require(NDArray(.uint8, shape: [1000, 100], data: pixels))
        let parts = try PickleWriter.pickle(.tuple([.array(array), 1.5])).parts
        #expect(parts.count == 3)
        #expect(unsafe parts[1].withUnsafeBytes { UInt(bitPattern: $0.baseAddress) } == address)
    }

    @Test func valuesAreAppendedToWhatIsThere() throws {
        var out = Segments()
        out.append(contentsOf: [1, 2])
        try PickleWriter.write(.none, to: &out)
        try PickleWriter.write(true, to: &out)
        #expect(out.joined() == [1, 2, 0x80, 4, 0x4E, 0x2E, 0x80, 4, 0x88, 0x2E])
    }

    @Test(arguments: [
        PythonValue.reference("obj_1"), .opaque(OpaqueObject(PythonClass("a", "b"), arguments: [])),
        .exception(PythonException(PythonClass("os\nsystem\n(S", "x"), [])), .namedTuple(PythonClass("", "x"), []),
        .decimal("many"), .uuid("12"), .date(.date(year: 0, month: 1, day: 1)),
        .date(.date(year: 2023, month: 2, day: 29)),
        .date(.time(.init(hour: 24, minute: 0, second: 0, microsecond: 0))),
        .date(.time(.init(hour: 0, minute: 0, second: 0, microsecond: -1))),
    ])
    func whatHasNoFormIsNotWritten(_ value: PythonValue) {
        do {
            _ = try PickleWriter.pickle(.list([value]))
            Issue.record("written")
        } catch {
            guard case .notWritable = error else {
                Issue.record(error)
                return
            }
        }
    }

    @Test func valuesThatAreNestedTooDeepAreNotWritten() throws {
        var value = PythonValue.list([])
        for _ in 1..<64 { value = .list([value]) }
        #expect(try PickleReader.read(PickleWriter.pickle(value).joined()[...]) == value)
        #expect(throws: PickleError.notWritable("nested more than 64 deep")) { try PickleWriter.pickle(.list([value])) }
    }
}
