import Devices
import Glibc
import Pickle
import Testing

/// Memory of frames that other processes can map.
@Suite struct FrameSlotTests {
    @Test func framesOfAPoolAreInSlots() throws {
        let buffer = FramePool().buffer(byteCount: 5000)
        let slot = try #require(buffer.slot)
        #expect(slot.byteCount == 8192 && buffer.byteCount == 5000)
        unsafe buffer.write { unsafe $0.storeBytes(of: 7, as: UInt8.self) }
        let mapping = unsafe try #require(mmap(nil, 8192, PROT_READ, MAP_SHARED, slot.descriptor, 0))
        #expect(unsafe mapping != MAP_FAILED && mapping.load(as: UInt8.self) == 7)
        unsafe munmap(mapping, 8192)
        // It can be neither written nor resized by those who get it.
        #expect(unsafe mmap(nil, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, slot.descriptor, 0) == MAP_FAILED)
        #expect(ftruncate(slot.descriptor, 0) != 0 && ftruncate(slot.descriptor, 1 << 20) != 0)
    }

    @Test func numbersAreNotUsedAgain() throws {
        let pool = FramePool(keeping: 0)
        let first = try #require(pool.buffer(byteCount: 100).slot?.number)
        let second = try #require(pool.buffer(byteCount: 100).slot?.number)
        #expect(second != first)
    }

    @Test func ordinaryMemoryIsCopied() throws {
        let frame = try #require(Frame(width: 2, height: 1, .uint8, pixels: [3, 4]))
        #expect(frame.slot == nil)
        let shared = try #require(frame.shared(FramePool(mustBeShared: true)))
        #expect(shared.slot != nil && shared.pixels == frame.pixels)
    }
}
