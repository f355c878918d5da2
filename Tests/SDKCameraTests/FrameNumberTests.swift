import Devices
import Pickle
import Testing

@testable import SDKCameras

/// Numbers of images, clocks, layouts and packed pixels.
struct FrameNumberTests {
    private func gaps(_ numbers: [UInt64], bits: Int) -> [Int] {
        var counter = FrameNumbers(bits: bits)
        return numbers.map { counter.missing(before: $0) }
    }

    @Test func gapsAreCounted() {
        #expect(gaps([7, 8, 11, 12], bits: 64) == [0, 0, 2, 0])
        #expect(gaps([7, 8, 11, 12], bits: 16) == [0, 0, 2, 0])
    }

    @Test func numbersThatBeginAgainAtZeroAreNoGap() {
        #expect(gaps([254, 255, 0, 1], bits: 8) == [0, 0, 0, 0])
        #expect(gaps([254, 1], bits: 8) == [0, 2])
        #expect(gaps([.max, 0], bits: 64) == [0, 0])
    }

    @Test func numbersOfANewCountAreNoGap() {
        #expect(gaps([5000, 0, 1], bits: 64) == [0, 0, 0])
        #expect(gaps([5000, 0, 1], bits: 32) == [0, 0, 0])
    }

    @Test func clockRelatesTicksToTheTimeOfItsReading() throws {
        let clock = try #require(HardwareClock(frequency: 1000) { 5000 })
        #expect(clock.time(at: 6500) - clock.time(at: 5000) == 1.5)
        #expect(abs(clock.time(at: 5000) - Timestamp.now) < 60)
        #expect(clock.time(at: .max).isFinite)
        #expect(HardwareClock(frequency: 0) { 1 } == nil)
        #expect(HardwareClock(frequency: 1) { nil } == nil)
    }

    @Test func layoutThatContradictsItselfIsRefused() {
        for (stride, byteCount) in [(7, 100), (8, 15), (-8, 16), (Int.max, Int.max)] {
            #expect(throws: DeviceError.self) {
                try ImageLayout(width: 8, height: 2, .init(.uint8), stride: stride, byteCount: byteCount, of: "R-1")
            }
        }
    }

    /// Three pixels 0x123, 0x456 and 0x789 in both packings.
    @Test(arguments: [
        (PixelFormat.Packing.middleByte, [0x12, 0x63, 0x45, 0x78, 0x09] as [UInt8]),
        (.lowestFirst, [0x23, 0x61, 0x45, 0x89, 0x07]),
    ])
    func packedPixelsAreUnpacked(packing: PixelFormat.Packing, bytes: [UInt8]) throws {
        let format = PixelFormat(packed: packing)
        let layout = try ImageLayout(width: 3, height: 1, format, stride: 5, byteCount: 5, of: "R-1")
        let buffer = FrameBuffer(byteCount: 5)
        unsafe buffer.memory.copyBytes(from: bytes)
        let frame = try #require(layout.frame(copying: buffer.borrowed, to: FramePool()))
        #expect((0..<3).map { frame.array.element(at: $0) } == [0x123, 0x456, 0x789])
    }

    @Test func libraryWithoutItsFunctionsIsNamed() throws {
        var library = try VendorLibrary("libc.so.6", name: "libcamera", anchor: "getpid")
        let _: @convention(c) () -> Int32 = unsafe library.function("getpid")
        let _: @convention(c) () -> Int32 = unsafe library.function("camera_open", "camera_open_old")
        let error = #expect(throws: DeviceError.self) { try library.check() }
        #expect(error?.message == "\(library.path) is not libcamera: missing functions camera_open")
        #expect(library.path.hasSuffix("libc.so.6"))
    }
}
