import Pickle
import Testing

@testable import Pyro

@Suite struct MessageHeaderTests {
    private let ping = MessageHeader(
        type: .ping,
        flags: [],
        sequence: 0,
        serializer: 42,
        payloadLength: 4,
        annotationsLength: 0
    )
    private let pingBytes: [UInt8] = [
        0x50, 0x59, 0x52, 0x4F, 0, 0x30, 0, 6, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0x2A, 0, 0, 0, 0, 0x35, 0x4D,
    ]

    @Test func pingIsWrittenAsPyroWritesIt() { #expect(ping.bytes == pingBytes) }

    @Test func pingIsReadBack() throws {
        #expect(try MessageHeader(pingBytes[...], maximumLength: 100) == ping)
    }

    @Test func everyRecordedHeaderIsWrittenBackByteForByte() throws {
        var count = 0
        for name in ["microscope-numpy2", "reference-probe", "hmac"] {
            for message in try RecordedMessages.session(name) where message.bytes.starts(with: Array("PYRO".utf8)) {
                // Some recorded messages are damaged on purpose.
                guard let header = try? MessageHeader(message.bytes.prefix(24), maximumLength: 1 << 30) else {
                    continue
                }
                #expect(header.bytes == Array(message.bytes.prefix(24)), "\(name) \(message.n)")
                count += 1
            }
        }
        #expect(count > 800)
    }

    @Test func wrongMagicVersionSumAndTypeAreRefused() {
        for (place, error) in [(0, MessageError.notPyro), (5, .notPyro), (23, .badChecksum)] {
            var bytes = pingBytes
            bytes[place] &+= 1
            #expect(throws: error) { try MessageHeader(bytes[...], maximumLength: 100) }
        }
        var unknown = pingBytes
        unknown[7] = 77
        unknown[23] &+= 71
        #expect(throws: MessageError.unknownType(77)) { try MessageHeader(unknown[...], maximumLength: 100) }
    }

    @Test(arguments: [101, 1 << 20, 0x7FFF_FFFF, 0xFFFF_FFFF])
    func lengthsBeyondTheLimitAreRefused(length: Int) {
        var header = ping
        header.payloadLength = length
        #expect(throws: MessageError.tooLong(length, limit: 100)) {
            try MessageHeader(header.bytes[...], maximumLength: 100)
        }
    }
}

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
        // With a linear search for each chunk this would take about ten times as long.
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

@Suite struct SignatureTests {
    @Test func recordedSignaturesAreThoseOfTheKey() throws {
        var count = 0
        for message in try RecordedMessages.session("hmac") {
            let header = try MessageHeader(message.bytes.prefix(24), maximumLength: 1 << 20)
            let body = message.bytes.dropFirst(24)
            let annotations = try Annotations(body.prefix(header.annotationsLength))
            guard let signature = annotations[Signature.id] else { continue }
            let payload = [Bytes(body.dropFirst(header.annotationsLength))]
            #expect(Signature.isValid(signature, of: payload, annotations, key: Array("secret key".utf8)))
            #expect(!Signature.isValid(signature, of: payload, annotations, key: Array("secret kez".utf8)))
            count += 1
        }
        #expect(count >= 4)
    }
}

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
        var random = SeededGenerator(state: 7)
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
