import Pickle
import Testing

struct DictionaryKeyTests {
    /// A letter with an accent, as one code point and as two.
    private let composed = PythonValue.str("\u{E9}")
    private let decomposed = PythonValue.str("e\u{301}")

    private func read(_ steps: [PickleStep]) throws(PickleError) -> PythonValue {
        try PickleReader.read(PickleStep.pickle([.proto(4)] + steps + [.stop]))
    }

    @Test(arguments: [0, 20])
    func textsThatLookTheSameAreDifferentKeys(others: Int) {
        var dictionary = PythonDictionary((0..<others).map { (.int($0), .none) })
        dictionary[composed] = 1
        dictionary[decomposed] = 2
        #expect(dictionary.count == others + 2)
        #expect(dictionary[composed] == 1)
        #expect(dictionary[decomposed] == 2)
        dictionary[.tuple([composed])] = 3
        #expect(dictionary[.tuple([decomposed])] == nil)
    }

    @Test(arguments: [0, 20])
    func numbersAreKeysByTheirAmount(others: Int) {
        var dictionary = PythonDictionary((0..<others).map { (.int($0 + 10), .none) })
        dictionary[1] = "first"
        dictionary[.bool(true)] = "second"
        dictionary[.tuple([0, 2])] = "pair"
        dictionary[1.5] = "half"
        #expect(dictionary.count == others + 3)
        #expect(dictionary[1.0] == "second")
        #expect(dictionary[.tuple([.bool(false), 2.0])] == "pair")
        #expect(dictionary[.float(-0.0)] == nil)
    }

    @Test func keysThatAreMadeToCollideDoNot() {
        // Each bit of the number is one of two encodings that Swift treats as equal.
        let texts = (0..<1 << 13).map { number in
            PythonValue.str((0..<13).map { number >> $0 & 1 == 0 ? "\u{E9}" : "e\u{301}" }.joined())
        }
        let start = ContinuousClock.now
        #expect(PythonDictionary(texts.map { ($0, .none) }).count == texts.count)
        #expect(DictionaryKey.distinct(texts + texts).count == texts.count)
        // If all hashes were equal, this would take thirty million comparisons.
        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test func membersOfSetsAreThereOnce() throws {
        let items: [PickleStep] = [.code(0x28), .byte(1), .code(0x88), .text("\u{E9}"), .text("e\u{301}"), .byte(1)]
        let expected: [PythonValue] = [1, composed, decomposed]
        // In two parts, and with the same members each time.
        #expect(try read([.code(0x8F)] + items + [.code(0x90)] + items + [.code(0x90)]) == .set(expected))
        #expect(try read(items + [.code(0x91)]) == .frozenset(expected))
        let list: [PickleStep] = [.code(0x5D)] + items + [.code(0x65), .code(0x85), .code(0x52)]
        #expect(try read([.global("builtins", "set")] + list) == .set(expected))
    }

    @Test func aSetThatIsFetchedAgainHasItsMembersOnce() throws {
        let set: [PickleStep] = [.code(0x8F), .put(0), .code(0x28), .byte(1), .byte(1), .code(0x90)]
        #expect(try read(set + [.get(0), .code(0x86)]) == .tuple([.set([1]), .set([1])]))
    }
}

struct BigIntegerTests {
    @Test(arguments: [
        "0", "1", "-1", "255", "-128", "-129", "999999999", "1000000000", "-1000000000", "18446744073709551616",
        "-9223372036854775809", "340282366920938463463374607431768211455", "100000000000000000000000000000000000000000",
    ])
    func decimalDigitsComeBackTheSame(_ digits: String) throws {
        #expect(try #require(BigInteger(decimal: digits)).description == digits)
    }

    @Test func digitsOfSmallNumbersAreThoseOfPlainIntegers() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<1000 {
            let number = Int.random(in: .min ... .max, using: &random) >> Int.random(in: 0..<64, using: &random)
            let bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            #expect(BigInteger(bytes: bytes).description == "\(number)")
            #expect(BigInteger(decimal: "\(number)") == BigInteger(bytes: bytes))
        }
    }

    @Test(arguments: ["", "-", "+-1", "1.5", "1e3", "0x1", " 1", "١"])
    func whatIsNoIntegerHasNoValue(_ text: String) {
        #expect(BigInteger(decimal: text) == nil)
    }
}

struct NDArrayOrderTests {
    /// The result of `_frombuffer(bytes, dtype, shape, "K", axes)`.
    private func array(_ code: String, _ data: [UInt8], shape: [UInt8], axes: [UInt8]) throws -> PythonValue {
        let tuple = { (items: [UInt8]) -> [PickleStep] in [.code(0x28)] + items.map { .byte($0) } + [.code(0x74)] }
        let steps: [PickleStep] =
            [
                .proto(5), .global("numpy._core.numeric", "_frombuffer"), .code(0x28), .bytes(data),
                .global("numpy", "dtype"), .text(code), .code(0x85), .code(0x52),
            ] + tuple(shape) + [.text("K")] + tuple(axes) + [.code(0x74), .code(0x52), .stop]
        return try PickleReader.read(PickleStep.pickle(steps))
    }

    @Test func transposedArraysComeInRowMajorOrder() throws {
        let read = try array("<u2", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], shape: [1, 2, 3], axes: [2, 0, 1])
        let expected = NDArray(.uint16, shape: [3, 1, 2], data: [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11])
        #expect(read == .array(try #require(expected)))
    }

    @Test func bigEndianArraysAreTransposedAsWell() throws {
        let read = try array(">u2", [1, 0, 3, 2, 5, 4, 7, 6], shape: [2, 2], axes: [1, 0])
        #expect(read == .array(try #require(NDArray(.uint16, shape: [2, 2], data: [0, 1, 4, 5, 2, 3, 6, 7]))))
    }

    @Test func emptyArraysAndPointsAreTransposed() throws {
        #expect(
            try array("|u1", [], shape: [0, 3], axes: [1, 0])
                == .array(try #require(NDArray(.uint8, shape: [3, 0], data: [])))
        )
        #expect(
            try array("|u1", [9], shape: [], axes: []) == .array(try #require(NDArray(.uint8, shape: [], data: [9])))
        )
    }

    @Test(arguments: [[0], [0, 0], [0, 2], [0, 1, 2]] as [[UInt8]])
    func axesMustBeAPermutation(_ axes: [UInt8]) {
        #expect(throws: PickleError.malformed("axes of an array")) {
            try array("|u1", [1, 2, 3, 4], shape: [2, 2], axes: axes)
        }
    }
}

struct SegmentsTests {
    private func address(_ bytes: Bytes) -> UInt {
        unsafe bytes.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    }

    @Test func shortStretchesAreGathered() {
        var segments = Segments()
        segments.append(1)
        segments.append(contentsOf: [2, 3])
        segments.append(Bytes([4]))
        segments.append(contentsOf: "a".utf8)
        segments.append(littleEndian: UInt16(0x0605))
        segments.append(bigEndian: UInt16(0x0708))
        #expect(segments.parts == [[1, 2, 3, 4, 0x61, 5, 6, 7, 8]])
        #expect(segments.byteCount == 9)
    }

    @Test func longStretchesStayWhereTheyAre() {
        let long = Bytes([UInt8](repeating: 7, count: Segments.separateFrom))
        let short = Bytes([UInt8](repeating: 7, count: Segments.separateFrom - 1))
        var segments = Segments()
        segments.append(1)
        segments.append(long)
        segments.append(long)
        segments.append(short)
        #expect(segments.parts.map(\.count) == [1, 4096, 4096, 4095])
        #expect(address(segments.parts[1]) == address(long))
        #expect(address(segments.parts[2]) == address(long))
        #expect(address(segments.parts[3]) != address(short))
        #expect(segments.byteCount == 1 + 4096 + 4096 + 4095)
        #expect(segments.joined() == [1] + long.array + long.array + short.array)
    }

    @Test func nothingIsNoStretch() {
        var segments = Segments()
        #expect(segments.parts.isEmpty)
        segments.append(Bytes())
        #expect(segments.parts.isEmpty)
        #expect(segments.joined().isEmpty)
    }
}
