import Devices
import Pickle
import Platform
import Testing

struct FramePoolTests {
    private func place(_ buffer: PixelBuffer) -> UInt { unsafe UInt(bitPattern: buffer.bytes.baseAddress) }

    @Test func givesTheSameMemoryAgainWhenNobodyNeedsIt() {
        let pool = FramePool()
        let first = place(pool.buffer(byteCount: 64))
        #expect(place(pool.buffer(byteCount: 64)) == first)
    }

    @Test func givesOtherMemoryWhileAFrameIsHeld() throws {
        let pool = FramePool()
        let buffer = pool.buffer(byteCount: 4)
        let frame = try #require(Frame(width: 2, height: 2, .uint8, pixels: Bytes(buffer)))
        #expect(place(pool.buffer(byteCount: 4)) != place(buffer))
        #expect(frame.pixels.count == 4)
    }

    @Test func givesOtherMemoryForAnotherSize() {
        let pool = FramePool()
        _ = pool.buffer(byteCount: 64)
        #expect(pool.buffer(byteCount: 128).byteCount == 128)
        #expect(pool.buffer(byteCount: 64).byteCount == 64)
    }

    @Test func keepsNoMoreThanItShall() {
        let pool = FramePool(keeping: 2)
        let places = { Set((0..<3).map { _ in pool.buffer(byteCount: 1 << 20) }.map(place)) }
        let first = places()
        #expect(first.count == 3)
        // Two of the three come back; the third was given up.
        let held = (0..<2).map { _ in pool.buffer(byteCount: 1 << 20) }
        #expect(first.isSuperset(of: held.map(place)))
    }

    @Test func whatNobodyNeedsIsGivenBackThoughNoFrameComes() throws {
        let pool = FramePool()
        // Larger than what other tests use at the same time.
        let before = FrameBytes.held
        do {
            let buffers = (0..<8).map { _ in pool.buffer(byteCount: 64 << 20) }
            #expect(FrameBytes.held >= 7 * 64 << 20)
            #expect(buffers.count == 8)
        }
        var attempts = 0
        while FrameBytes.held > before + 64 << 20, attempts < 600 {
            attempts += 1
            Pause.wait(for: .milliseconds(100))
        }
        #expect(FrameBytes.held <= before + 64 << 20)
        #expect(pool.buffer(byteCount: 64 << 20).byteCount == 64 << 20)
    }

    @Test func whatIsWrittenIsRead() {
        let buffer = FramePool().buffer(byteCount: 3)
        unsafe buffer.write { unsafe $0.copyBytes(from: [7, 8, 9]) }
        #expect(Bytes(buffer).array == [7, 8, 9])
    }

    @Test func aFrameNeedsAsManyPixelsAsItsSides() {
        #expect(Frame(width: 2, height: 3, .uint16, pixels: Bytes([UInt8](repeating: 0, count: 12))) != nil)
        #expect(Frame(width: 2, height: 3, .uint16, pixels: Bytes([UInt8](repeating: 0, count: 11))) == nil)
        #expect(Frame(width: -1, height: -1, .uint8, pixels: [0]) == nil)
    }

    @Test func aFrameIsAnArrayOfHeightAndWidth() throws {
        let frame = try #require(Frame(width: 2, height: 3, .uint8, pixels: [1, 2, 3, 4, 5, 6]))
        #expect(frame.array.shape == [3, 2])
        #expect(frame.array.doubles == [1, 2, 3, 4, 5, 6])
    }
}
