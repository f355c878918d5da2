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

    @Test(arguments: ["ABC", "ABCD\u{0}", "ABCD\u{0}\u{2}x", "ABCD\u{0}\u{0}AB"])
    func areasThatChunksDoNotFillAreRefused(area: String) {
        #expect(throws: MessageError.badAnnotations) { try Annotations(Array(area.utf8)[...]) }
    }

    @Test func namesBeyondASCIIAreRefused() {
        #expect(throws: MessageError.badAnnotations) { try Annotations([0xFF, 0x42, 0x43, 0x44, 0, 0][...]) }
    }
}
