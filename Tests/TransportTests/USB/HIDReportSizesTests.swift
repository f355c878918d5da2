import Testing
import Transports

struct HIDReportSizesTests {
    @Test func reportsWithoutNumbersAreAsLongAsTheirFields() {
        let sizes = HIDReportSizes([
            0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x75, 0x08, 0x95, 0x10, 0x81, 0x02, 0x95, 0x02, 0x91, 0x02, 0xc0,
        ])
        #expect(sizes.length(.input) == 16)
        #expect(sizes.length(.output) == 2)
        #expect(sizes.length(.feature) == nil)
        #expect(!sizes.areNumbered)
    }

    @Test func numbersCountAsAByte() {
        let sizes = HIDReportSizes([0x85, 0x03, 0x75, 0x08, 0x95, 0x0f, 0xb1, 0x02, 0x85, 0x04, 0x95, 0x3f, 0xb1, 0x02])
        #expect(sizes.length(.feature, id: 3) == 16)
        #expect(sizes.length(.feature, id: 4) == 64)
        #expect(sizes.length(.feature, id: 5) == nil)
        #expect(sizes.areNumbered)
    }

    @Test func fieldsOfBitsFillBytesAndWhatWasPushedComesBack() {
        // Three bits, then five of padding; a pop drops the four bytes in between.
        let sizes = HIDReportSizes([
            0x75, 0x01, 0x95, 0x03, 0x81, 0x02, 0xa4, 0x75, 0x20, 0x95, 0x01, 0x91, 0x02, 0xb4, 0x95, 0x05, 0x81, 0x01,
        ])
        #expect(sizes.length(.input) == 1)
        #expect(sizes.length(.output) == 4)
    }

    @Test func nonsenseIsReadAsFarAsItGoes() {
        let hostile: [[UInt8]] = [
            [], [0x75], [0x77, 0xff], [0xfe], [0xfe, 0xff, 0x00], [0xb4, 0xb4],
            [0x77, 0xff, 0xff, 0xff, 0xff, 0x97, 0xff, 0xff, 0xff, 0xff, 0x81, 0x02],
            [UInt8](repeating: 0xa4, count: 1000), [UInt8](repeating: 0x81, count: 1001),
        ]
        for bytes in hostile { #expect((HIDReportSizes(bytes).length(.input) ?? 0) <= 0xffff) }
        var random = SeededGenerator(state: 1)
        for _ in 0..<2000 {
            let bytes = (0..<Int.random(in: 0..<80, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let sizes = HIDReportSizes(bytes)
            #expect((sizes.length(.output) ?? 0) <= 0x1_0000, "\(bytes)")
        }
    }
}

/// A generator of the same numbers in each run (SplitMix64), so that a failure can be repeated.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
