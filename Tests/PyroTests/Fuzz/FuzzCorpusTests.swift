import Foundation
import Testing

/// The inputs that the fuzzer has found, and damaged copies of them.
@Suite struct FuzzCorpusTests {
    private func corpus(_ target: FuzzTarget) throws -> [[UInt8]] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let text = try String(contentsOf: tests.appending(path: "Fuzz/Corpus/\(target.rawValue).txt"), encoding: .utf8)
        return try text.split(separator: "\n").map { [UInt8](try #require(Data(base64Encoded: String($0)))) }
    }

    @Test(arguments: FuzzTarget.allCases)
    func inputsDoNoHarm(target: FuzzTarget) throws {
        let inputs = try corpus(target)
        try #require(inputs.count >= 10)
        for input in inputs { #expect(target.problem(with: input) == nil) }
    }

    @Test(arguments: FuzzTarget.allCases)
    func damagedInputsDoNoHarm(target: FuzzTarget) throws {
        let inputs = try corpus(target)
        var random = SeededGenerator(state: 7)
        for _ in 0..<3000 {
            var input = try #require(inputs.randomElement(using: &random))
            for _ in 0..<Int.random(in: 1...4, using: &random) { damage(&input, with: inputs, &random) }
            #expect(target.problem(with: input) == nil)
        }
    }

    private func damage(_ input: inout [UInt8], with others: [[UInt8]], _ random: inout SeededGenerator) {
        let place = Int.random(in: 0...input.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: input.insert(.random(in: 0...255, using: &random), at: place)
        case 1: input.removeSubrange(place..<min(place + 3, input.count))
        case 2: input.insert(contentsOf: input.suffix(from: place).prefix(20), at: place)
        case 3: input.insert(contentsOf: others.randomElement(using: &random)?.prefix(40) ?? [], at: place)
        case _ where place < input.count: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        default: break
        }
    }
}
