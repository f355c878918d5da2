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
                // Some of what was recorded is damaged on purpose.
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
