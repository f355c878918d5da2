import Devices
import Pickle
import Testing

struct TransformTests {
    static let all = (0..<8).map {
        Transform(flipsLeftRight: $0 & 1 != 0, flipsUpDown: $0 & 2 != 0, rotates: $0 & 4 != 0)
    }

    /// Rows of pixels, turned the slow and obvious way.
    private static func turned(_ rows: [[UInt64]], by transform: Transform) -> [[UInt64]] {
        var rows = rows
        if transform.rotates {
            // A quarter turn counter-clockwise: the last column becomes the first row.
            rows = (0..<(rows.first?.count ?? 0)).reversed().map { column in rows.map { $0[column] } }
        }
        if transform.flipsUpDown { rows.reverse() }
        if transform.flipsLeftRight { rows = rows.map { $0.reversed() } }
        return rows
    }

    private static func frame<Pixel: FixedWidthInteger>(_: Pixel.Type, _ rows: [[UInt64]], _ dtype: DType) throws
        -> Frame
    {
        let bytes = rows.joined().flatMap { unsafe withUnsafeBytes(of: Pixel(truncatingIfNeeded: $0), Array.init) }
        return try #require(Frame(width: rows[0].count, height: rows.count, dtype, pixels: Bytes(bytes)))
    }

    // On both sides of the squares of eight pixels that a quarter turn moves at a time.
    private static let sizes = [(1, 1), (3, 2), (8, 8), (16, 8), (7, 17), (20, 11)]

    @Test(arguments: all, sizes)
    func movesEachPixelToItsPlace(transform: Transform, size: (Int, Int)) throws {
        let rows = (0..<size.1).map { y in (0..<size.0).map { x in UInt64(1 + y * size.0 + x) } }
        let turned = Self.turned(rows, by: transform)
        let pool = FramePool()
        let pairs = [
            (try Self.frame(UInt8.self, rows, .uint8), try Self.frame(UInt8.self, turned, .uint8)),
            (try Self.frame(UInt16.self, rows, .uint16), try Self.frame(UInt16.self, turned, .uint16)),
            (try Self.frame(UInt32.self, rows, .float32), try Self.frame(UInt32.self, turned, .float32)),
            (try Self.frame(UInt64.self, rows, .float64), try Self.frame(UInt64.self, turned, .float64)),
        ]
        for (frame, expected) in pairs {
            #expect(frame.transformed(by: transform, pool: pool).array == expected.array)
        }
    }

    @Test(arguments: all) func imageWithoutPixelsStaysOne(transform: Transform) throws {
        let frame = try #require(Frame(width: 0, height: 3, .uint16, pixels: []))
        let turned = frame.transformed(by: transform, pool: FramePool())
        #expect(turned.array.shape == (transform.rotates ? [0, 3] : [3, 0]))
    }

    @Test func withNothingToDoGivesTheSameMemory() throws {
        let pixels = PixelMemoryStandIn(byteCount: 4)
        let frame = try #require(Frame(width: 2, height: 2, .uint8, pixels: Bytes(pixels)))
        let same = frame.transformed(by: .identity, pool: FramePool())
        let place = unsafe same.pixels.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        #expect(unsafe place == UInt(bitPattern: pixels.bytes.baseAddress))
    }

    @Test(arguments: all, all)
    func readoutAndClientAreCombinedAsInPython(client: Transform, readout: Transform) {
        let transforms = Transforms()
        transforms.client = client
        transforms.readout = readout
        let turnsTwice = client.rotates && readout.rotates
        #expect(transforms.total.rotates == (client.rotates != readout.rotates))
        #expect(transforms.total.flipsLeftRight == ((client.flipsLeftRight != readout.flipsLeftRight) != turnsTwice))
        #expect(transforms.total.flipsUpDown == ((client.flipsUpDown != readout.flipsUpDown) != turnsTwice))
    }
}
