import Pickle
import Testing

@testable import Pyro

@Suite("The bytes of marshal")
struct MarshalBytesTests {
    private func read(_ bytes: [UInt8]) throws -> PythonValue { try MarshalFormat.read(bytes[...]) }

    @Test func refusalsOfConnectionsHaveOneForm() throws {
        #expect(try SerializerID.marshal.encode("é") == [0x75, 2, 0, 0, 0, 0xC3, 0xA9])
    }

    @Test(
        arguments: [
            (-2, [0x69, 0xFE, 0xFF, 0xFF, 0xFF]), (.int(1 << 31), [0x6C, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0]),
            (.int(-1 << 31 - 1), [0x6C, 0xFD, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 2, 0]),
            (.tuple([.none]), [0x28, 1, 0, 0, 0, 0x4E]),
            (.dict(["a": true]), [0x7B, 0x75, 1, 0, 0, 0, 0x61, 0x54, 0x30]),
        ] as [(PythonValue, [UInt8])]
    )
    func areWrittenInTheOldestForms(value: PythonValue, bytes: [UInt8]) throws {
        #expect(try SerializerID.marshal.encode(value) == bytes)
    }

    @Test(
        arguments: [
            // [x, x] with a reference to a text that was marked
            ([0x5B, 2, 0, 0, 0, 0xFA, 1, 0x61, 0x72, 0, 0, 0, 0], ["a", "a"]),
            // A marked list is number 0, the text in it number 1.
            ([0xDB, 2, 0, 0, 0, 0xDA, 1, 0x61, 0x72, 1, 0, 0, 0], ["a", "a"]),
            // None is never marked, even with the bit set.
            ([0x29, 3, 0xCE, 0xE9, 5, 0, 0, 0, 0x72, 0, 0, 0, 0], .tuple([.none, 5, 5])),
            ([0x61, 1, 0, 0, 0, 0x62], "b"), ([0x41, 1, 0, 0, 0, 0x62], "b"), ([0x5A, 1, 0x62], "b"),
            ([0x74, 1, 0, 0, 0, 0x62], "b"), ([0x3E, 1, 0, 0, 0, 0x46], .frozenset([false])),
            ([0x6C, 0, 0, 0, 0], 0), ([0x7B, 0x4E, 0x54, 0x30], .dict(PythonDictionary([(.none, true)]))),
            ([0x4E, 0x4E], .none),
        ] as [([UInt8], PythonValue)]
    )
    func areReadInAllForms(bytes: [UInt8], value: PythonValue) throws { #expect(try read(bytes) == value) }

    @Test(
        arguments: [
            // a reference to nothing, to a list within itself, code, StopIteration, an empty place, an unknown type
            [0x72, 0, 0, 0, 0], [0xDB, 1, 0, 0, 0, 0x72, 0, 0, 0, 0], [0x63, 0, 0, 0, 0], [0x53], [0x30], [0xFF],
            [0x5B, 1, 0, 0, 0, 0x30], [0x7B, 0x4E, 0x30], [0x5B, 0xFF, 0xFF, 0xFF, 0xFF],
            [0x73, 0xFF, 0xFF, 0xFF, 0x7F],
            [0x7A, 1, 0x80], [0x75, 1, 0, 0, 0, 0x80], [0x3C, 1, 0, 0, 0, 0x5B, 0, 0, 0, 0],
            [0x6C, 1, 0, 0, 0, 0xFF, 0xFF],
            [0x6C, 1, 0, 0, 0, 0, 0], [0x6C, 0, 0, 0, 0x80],
        ] as [[UInt8]]
    )
    func areRefused(bytes: [UInt8]) { #expect(throws: SerializerError.self) { try read(bytes) } }

    @Test func integersAreLimited() throws {
        func integer(_ count: UInt16) -> [UInt8] {
            [0x6C, UInt8(count & 0xFF), UInt8(count >> 8), 0, 0] + [UInt8](repeating: 1, count: Int(count) * 2)
        }
        guard case .bigInt(let number) = try read(integer(546)) else { return #expect(Bool(false)) }
        #expect(number.bytes.count <= 1024)
        expectProblem("an integer is too long") { _ = try read(integer(547)) }
    }
}

@Suite("The bytes of msgpack")
struct MsgpackBytesTests {
    private func read(_ bytes: [UInt8]) throws -> PythonValue { try MsgpackFormat.read(bytes[...]) }

    @Test(
        arguments: [
            ([0xCA, 0x3F, 0xC0, 0, 0], 1.5), ([0xCC, 0xFF], 255), ([0xCD, 1, 0], 256), ([0xCE, 0, 0, 0, 1], 1),
            ([0xCF, 0, 0, 0, 0, 0, 0, 0, 1], 1), ([0xD0, 0xFF], -1), ([0xD1, 0xFF, 0xFE], -2), ([0xE0], -32),
            ([0xD3, 0x80, 0, 0, 0, 0, 0, 0, 0], .int(.min)), ([0xD9, 1, 0x61], "a"), ([0xDA, 0, 1, 0x61], "a"),
            ([0xDB, 0, 0, 0, 1, 0x61], "a"), ([0xC5, 0, 1, 9], .bytes([9])), ([0xC6, 0, 0, 0, 1, 9], .bytes([9])),
            ([0xDC, 0, 1, 0xC0], [.none]), ([0xDD, 0, 0, 0, 1, 0xC0], [.none]),
            ([0xDE, 0, 1, 0xA0, 1], .dict(["": 1])),
            ([0xDF, 0, 0, 0, 1, 0xA0, 1], .dict(["": 1])), ([0x81, 1, 2], .dict(PythonDictionary([(1, 2)]))),
            ([0xD5, 0x31, 0x2D, 0x31], -1), ([0xC8, 0, 1, 0x31, 0x35], 5), ([0xC9, 0, 0, 0, 1, 0x31, 0x35], 5),
            ([0xD7, 0x33, 1, 0, 0, 0, 0, 0, 0, 0], .date(.date(year: 1, month: 1, day: 1))),
        ] as [([UInt8], PythonValue)]
    )
    func areReadInAllForms(bytes: [UInt8], value: PythonValue) throws { #expect(try read(bytes) == value) }

    @Test func timesAreExactFarFrom1970() throws {
        // 253402243590.22757 seconds after it, which Python reads so.
        let bytes: [UInt8] = [0xD7, 0x32, 0x21, 0x1D, 0x03, 0xB1, 0xF9, 0x7F, 0x4D, 0x42]
        guard case .date(.datetime(_, _, _, let time, zone: nil)) = try read(bytes) else { return #expect(Bool(false)) }
        #expect(time.microsecond == 227_570)
    }

    @Test(
        arguments: [
            [], [0xC1], [0xC0, 0xC0], [0xA1, 0x80], [0xD9, 2, 0x61], [0xDD, 0xFF, 0xFF, 0xFF, 0xFF], [0x91],
            [0x81, 0xA0],
            [0xDF, 0xFF, 0xFF, 0xFF, 0xFF], [0xC6, 0xFF, 0xFF, 0xFF, 0xFF], [0xD4, 5, 0], [0xD6, 0xFF, 0, 0, 0, 0],
            [0xD4, 0x31, 0x61], [0xD4, 0x31, 0x2D], [0xC7, 0, 0x31], [0xD7, 0x30, 0, 0, 0, 0, 0, 0, 0, 0],
            [0xD7, 0x33, 0, 0, 0, 0, 0, 0, 0, 0], [0xD7, 0x33, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            [0xD7, 0x32, 0, 0, 0, 0, 0, 0, 0xF8, 0x7F], [0xD7, 0x32, 0, 0, 0, 0, 0, 0, 0xF0, 0x7F],
            [0xD7, 0x32, 0, 0, 0, 0, 0, 0, 0xF0, 0x43], [0xD8, 0x31] + [UInt8](repeating: 0x20, count: 16),
            [0x81, 0x90, 1],
            [0xD8, 0x32] + [UInt8](repeating: 0, count: 16),
        ] as [[UInt8]]
    )
    func areRefused(bytes: [UInt8]) { #expect(throws: SerializerError.self) { try read(bytes) } }

    @Test func integersAreLimited() throws {
        func integer(_ count: UInt16) -> [UInt8] {
            [0xC8, UInt8(count >> 8), UInt8(count & 0xFF), 0x31] + [UInt8](repeating: 0x37, count: Int(count))
        }
        #expect(try read(integer(2466)).typeName == "int")
        expectProblem("an integer has too many digits") { _ = try read(integer(2467)) }
    }
}
