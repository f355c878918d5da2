import Pickle
import Testing

@testable import Pyro

@Suite struct CompressionTests {
    private func segments(_ bytes: [UInt8]) -> Segments {
        var segments = Segments()
        segments.append(Bytes(bytes))
        return segments
    }

    @Test func longPayloadsAreReadBack() throws {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 100) }
        let deflated = try #require(Compression.deflated(segments(bytes)))
        #expect(deflated.byteCount < bytes.count)
        #expect(Compression.inflated(deflated.joined()[...], limit: 100_000) == bytes)
    }

    @Test func shortAndRandomPayloadsStayAsTheyAre() {
        #expect(Compression.deflated(segments(Array(repeating: 0, count: 199))) == nil)
        var random = SystemRandomNumberGenerator()
        #expect(
            Compression.deflated(segments((0..<1000).map { _ in UInt8.random(in: 0...255, using: &random) })) == nil
        )
    }

    @Test func nothingGrowsBeyondTheLimit() throws {
        let deflated = try #require(Compression.deflated(segments(Array(repeating: 0, count: 1 << 20))))
        #expect(Compression.inflated(deflated.joined()[...], limit: (1 << 20) - 1) == nil)
    }

    @Test func damagedStreamsAreRefused() throws {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let deflated = try #require(Compression.deflated(segments(bytes))).joined()
        for length in [0, 1, 2, deflated.count / 2, deflated.count - 1] {
            #expect(Compression.inflated(deflated.prefix(length), limit: 1 << 20) == nil, "\(length) bytes")
        }
    }
}
