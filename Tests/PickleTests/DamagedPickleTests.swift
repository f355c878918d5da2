import Pickle
import Testing

struct DamagedPickleTests {
    /// Pickles of every kind of value, short enough to damage them at every byte.
    private static let samples = (Vectors.toDecode + Vectors.oldProtocols).filter { $0.b64.count < 700 }

    @Test func everyTruncationIsRefused() {
        for sample in Self.samples {
            for count in 0..<sample.b64.count {
                #expect(throws: PickleError.self, "\(sample), \(count) bytes") {
                    try PickleReader.read(sample.bytes.prefix(count))
                }
            }
        }
    }

    @Test func anythingBehindTheEndIsRefused() {
        for sample in Self.samples {
            #expect(throws: PickleError.self, "\(sample)") {
                try PickleReader.read((Array(sample.bytes) + [0x2E])[...])
            }
        }
    }

    @Test(arguments: 0..<4)
    func randomDamageIsReadOrRefusedAndWhatIsReadCanBeWritten(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var readings = 0
        for _ in 0..<10_000 {
            var bytes = Array(Self.samples.randomElement(using: &random)?.bytes ?? [])
            for _ in 0..<Int.random(in: 1...3, using: &random) { damage(&bytes, &random) }
            guard let value = try? PickleReader.read(bytes[...], unknownClasses: .opaque) else { continue }
            readings += 1
            _ = value.hashValue
            guard let rewritten = try? PickleWriter.pickle(value) else { continue }
            #expect(throws: Never.self) { try PickleReader.read(rewritten.joined()[...], unknownClasses: .opaque) }
        }
        #expect((100..<9_900).contains(readings))
    }

    private func damage(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        guard let place = bytes.indices.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.remove(at: place)
        default:
            let end = min(bytes.count, place + Int.random(in: 1..<12, using: &random))
            bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &random))
        }
    }

    @Test func randomInstructionsAreReadOrRefused() {
        let codes: [UInt8] = Array("NKM(t)]ea}sucRbq.".utf8) + [0x85, 0x86, 0x8F, 0x90, 0x94, 0x68, 0x93, 0x81]
        var random = SplitMix64(seed: 5)
        for _ in 0..<20_000 {
            let body = (0..<Int.random(in: 1..<40, using: &random)).compactMap { _ in
                codes.randomElement(using: &random)
            }
            _ = try? PickleReader.read(([0x80, 4] + body + [0x2E])[...], unknownClasses: .opaque)
        }
    }
}

/// A generator of random numbers that are the same in each run.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
