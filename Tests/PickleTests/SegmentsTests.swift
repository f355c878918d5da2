import Pickle
import Testing

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
