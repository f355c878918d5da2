import Pickle
import Testing

@testable import Pyro

@Suite("Payloads that mean harm")
struct HostilePayloadTests {
    private func nested(_ id: SerializerID, _ depth: Int) -> [UInt8] {
        switch id {
        case .serpent: Array((String(repeating: "(", count: depth) + String(repeating: ",)", count: depth)).utf8)
        case .json: Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        case .marshal: (0..<depth).flatMap { _ in [0x29, 1] as [UInt8] } + [0x4E]
        default: [UInt8](repeating: 0x91, count: depth) + [0xC0]
        }
    }

    @Test(arguments: SerializerID.plain)
    func nestingIsLimited(id: SerializerID) throws {
        if id != .serpent { #expect(throws: Never.self) { try id.serializer.decode(nested(id, 64)[...]) } }
        for depth in [65, 1000, 1_000_000] {
            expectProblem("the values are nested too deeply") { _ = try id.serializer.decode(nested(id, depth)[...]) }
        }
    }

    @Test func nestingInDictionariesIsLimited() {
        let texts = ["{'a':", "{'a':[", "{(", "[{1:("]
        for text in texts {
            let deep = Array(String(repeating: text, count: 100_000).utf8)
            #expect(throws: SerializerError.self) { try SerpentFormat.read(deep[...]) }
            let json = Array(String(repeating: #"{"a":["#, count: 100_000).utf8)
            #expect(throws: SerializerError.self) { try JSONFormat.read(json[...]) }
        }
    }

    @Test func theNumberOfValuesIsLimited() {
        let count = 4_000_000
        let payload = [0xDD] + littleEndian(count).reversed() + [UInt8](repeating: 0xC0, count: count)
        expectProblem("there are too many values") { _ = try MsgpackFormat.read(payload[...]) }
    }

    @Test func allReadersCountTheirValues() {
        #expect(readable(withValues: 4) == [true, true, true, true])
        #expect(readable(withValues: 3) == [false, false, false, false])
    }

    /// Whether four values in each format can be read.
    private func readable(withValues values: Int) -> [Bool] {
        let budget = ValueBudget(values: values)
        var serpent = SerpentReader(Array("{1:(2,)}".utf8)[...], budget)
        var json = JSONReader(Array(#"[1,{"a":2}]"#.utf8)[...], budget)
        var marshal = MarshalReader([0x5B, 2, 0, 0, 0, 0x29, 1, 0x4E, 0x54], budget)
        var msgpack = MsgpackReader([0x92, 1, 0x91, 2], budget)
        return [
            (try? serpent.whole()) != nil, (try? json.whole()) != nil, (try? marshal.value()) != nil,
            (try? msgpack.whole()) != nil,
        ]
    }

    private func littleEndian(_ number: Int) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    /// Each tuple holds the one before it 100 times.
    @Test func referencesCannotMultiply() {
        var payload: [UInt8] = [0x29, 10, 0xA9, 1, 0x4E]
        for number in 0..<9 as Range<UInt8> {
            payload += [0xA9, 100]
            for _ in 0..<100 { payload += [0x72, number, 0, 0, 0] }
        }
        expectProblem("there are too many values") { _ = try MarshalFormat.read(payload[...]) }
    }

    /// A set of one long text again and again, which would be hashed each time.
    @Test func longKeysCannotBeHashedForHours() {
        let (length, count) = (1_000_000, 1_000_000)
        var payload: [UInt8] = [0x3C] + littleEndian(count) + [0xE1] + littleEndian(length)
        payload += [UInt8](repeating: 0x61, count: length)
        for _ in 1..<count { payload += [0x72, 0, 0, 0, 0] }
        expectProblem("there are too many values") { _ = try MarshalFormat.read(payload[...]) }
    }

    /// NaN equals nothing, so that each would be a new key with the same hash.
    @Test func keysThatEqualNothingAreRefused() {
        let nan: [UInt8] = [0x67, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F]
        expectProblem("nan cannot be a key") { _ = try MarshalFormat.read(([0x3C, 1, 0, 0, 0] + nan)[...]) }
        expectProblem("nan cannot be a key") {
            _ = try MarshalFormat.read(([0x7B, 0x29, 1] + nan + [0x4E, 0x30])[...])
        }
    }

    @Test(arguments: [SerializerID.serpent, .json])
    func numbersAreLimited(id: SerializerID) throws {
        let digits = String(repeating: "7", count: 2466)
        #expect(try id.passed(id.serializer.decode(Array(digits.utf8)[...])).typeName == "int")
        expectProblem("an integer has too many digits") {
            _ = try id.serializer.decode(Array((digits + "7").utf8)[...])
        }
        let float = Array((String(repeating: "1", count: 1_000_000) + ".5").utf8)
        expectProblem("invalid number") { _ = try id.serializer.decode(float[...]) }
    }

    /// A truncated payload is refused, unless the rest was behind the end of a value.
    @Test(arguments: SerializerVectors.all)
    func truncatedPayloadsAreRefused(vector: SerializerVectors.Vector) throws {
        let (bytes, id) = try (vector.bytes, vector.id)
        for count in 0..<bytes.count where (try? id.serializer.decode(bytes.prefix(count))) != nil {
            #expect([.serpent, .json].contains(id) && (vector.name.hasPrefix("int") || vector.name.hasPrefix("float")))
        }
    }

    @Test(arguments: SerializerID.plain)
    func mutatedPayloadsDoNoHarm(id: SerializerID) throws {
        let payloads = try SerializerVectors.all.filter { $0.serializer == id.name }.map { try Array($0.bytes) }
        try #require(!payloads.isEmpty)
        var random = SeededGenerator(state: UInt64(id.rawValue))
        for _ in 0..<5000 {
            guard var payload = payloads.randomElement(using: &random) else { continue }
            for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&payload, using: &random) }
            guard let value = try? id.serializer.decode(payload[...]) else { continue }
            // A value that was read can be written and read again.
            guard let written = try? id.encode(value) else { continue }
            _ = try? id.serializer.decode(written[...])
        }
    }

    private func mutate(_ payload: inout [UInt8], using random: inout SeededGenerator) {
        let place = Int.random(in: 0...payload.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: payload.insert(.random(in: 0...255, using: &random), at: place)
        case 1 where place < payload.count: payload.remove(at: place)
        case 2: payload.insert(contentsOf: payload.suffix(from: place).prefix(20), at: place)
        case _ where place < payload.count: payload[place] = .random(in: 0...255, using: &random)
        default: break
        }
    }
}

/// A generator of random numbers that are the same in each run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
