import Testing

@testable import Pyro

@Suite struct AnnotationsTests {
    @Test func chunksAreReadBackAsWritten() throws {
        var annotations = Annotations()
        annotations["CORR"] = Array(repeating: 7, count: 16)
        annotations["XYZZ"] = []
        #expect(try Annotations(annotations.bytes[...]) == annotations)
        #expect(annotations.byteCount == annotations.bytes.count)
    }

    @Test func ofTwoWithOneNameTheLaterCounts() throws {
        let area = Array("ABCD\u{0}\u{1}xABCD\u{0}\u{1}y".utf8)
        #expect(try Annotations(area[...])["ABCD"] == Array("y".utf8))
    }

    @Test func anAreaFullOfChunksTakesNoLonger() throws {
        let ids = (10_000..<20_000).map { String("\($0)".suffix(4)) }
        var area: [UInt8] = []
        for id in ids { area += Array(id.utf8) + [0, 0] }
        let start = ContinuousClock.now
        let annotations = try Annotations(area[...])
        #expect(annotations.chunks.map(\.id) == ids)
        // Were each looked for along those before it, it would be some ten times as long.
        #expect(start.duration(to: .now) < .seconds(2))
    }

    @Test(arguments: ["ABC", "ABCD\u{0}", "ABCD\u{0}\u{2}x", "ABCD\u{0}\u{0}AB"])
    func areasThatChunksDoNotFillAreRefused(area: String) {
        #expect(throws: MessageError.badAnnotations) { try Annotations(Array(area.utf8)[...]) }
    }

    @Test func namesBeyondASCIIAreRefused() {
        #expect(throws: MessageError.badAnnotations) { try Annotations([0xFF, 0x42, 0x43, 0x44, 0, 0][...]) }
    }
}
