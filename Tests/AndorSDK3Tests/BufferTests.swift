import Contracts
import Devices
import Pickle
import Platform
import Testing

@testable import AndorSDK3
@testable import SDKCameras

/// Images that are passed on without a copy, and images that are copied.
struct BufferTests {
    private func address(_ frame: Frame) -> UInt {
        unsafe frame.pixels.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    }

    private func pool(_ camera: AndorSDK3Camera) throws -> BufferPool {
        guard case .running(let run) = camera.acquisition.state.withLock(\.phase) else {
            throw DeviceError(.failed, "it does not run")
        }
        return run.pool
    }

    @Test func imageIsInTheBufferThatTheSDKFilled() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        try camera.ready()
        let queued = try pool(camera).queuedAddresses
        #expect(queued.count == 4)
        #expect(queued.contains(address(try camera.triggeredImage())))
        #expect(camera.acquisition.counts.copies == 0)
    }

    @Test func buffersComeBackWhenTheirImagesAreGone() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        try camera.ready()
        var addresses: Set<UInt> = []
        for _ in 0..<40 { addresses.insert(address(try camera.triggeredImage())) }
        #expect(addresses.count <= 5)
        #expect(try pool(camera).count <= 5)
    }

    @Test func imagesAreCopiedWhenClientsHoldAllBuffers() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 64, height: 64))
        try camera.ready()
        var held: [Frame] = []
        for _ in 0..<20 { held.append(try camera.triggeredImage()) }
        #expect(held.enumerated().allSatisfy { $0.element[0, 0] == $0.offset })
        #expect(try pool(camera).count == 8)
        #expect(camera.acquisition.counts.copies > 8)
        // The SDK always has buffers to fill.
        #expect(try pool(camera).queuedCount >= 2)
    }

    @Test func buffersThatClientsHeldAreReleasedWhenTheyAreNotNeededAnyLonger() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 64, height: 64))
        try camera.ready()
        var held = try (0..<4).map { _ in try camera.triggeredImage() }
        let pool = try pool(camera)
        #expect(pool.count == 8)
        held.removeAll()
        // The watch releases them; it looks each 20 ms.
        let end = ContinuousClock.now + patience
        while pool.count > 4, .now < end { Pause.wait(for: .milliseconds(5)) }
        #expect(pool.count == 4)
        #expect(try camera.triggeredImage()[1, 1] > 0)
    }

    @Test func poolKeepsWhatWasNeededSinceTheLastTrimming() throws {
        let pool = BufferPool(byteCount: 64, capacity: 8)
        var taken = (0..<8).compactMap { _ in pool.take() }
        #expect(pool.take() == nil)
        for _ in 0..<6 { pool.takeBack(taken.removeLast()) }
        pool.trim(keeping: 2)
        #expect(pool.count == 8)
        // Three of the six free ones are needed at a time.
        for _ in 0..<3 { taken.append(try #require(pool.take())) }
        for _ in 0..<3 { pool.takeBack(taken.removeLast()) }
        pool.trim(keeping: 2)
        #expect(pool.count == 5)
        pool.trim(keeping: 2)
        #expect(pool.count == 2)
        pool.trim(keeping: 2)
        #expect(pool.count == 2)
    }

    @Test func imageOutlivesItsCamera() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        try camera.ready()
        let image = try camera.triggeredImage()
        try camera.shutdown()
        #expect(image[17, 23] == light(17, 23))
    }

    @Test(arguments: [1, 3, 61, 62, 63, 64]) func rowsArePaddedInTheBufferAndNotInTheImage(width: Int) throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        #expect(try camera.setROI(ROI(left: 4, top: 6, width: width, height: 5)))
        try camera.ready()
        let image = try camera.triggeredImage()
        #expect(image.array.shape == [5, width])
        for y in 1..<5 { for x in 0..<width { #expect(image[x, y] == light(4 + x, 6 + y)) } }
    }

    @Test(arguments: [1, 2, 7, 100, 101]) func packedPixelsAreUnpacked(width: Int) throws {
        let camera = try World("camera zyla-5.5 VSC-7").open()
        try Client(camera).choose("pixel_encoding", "Mono12Packed")
        #expect(try camera.setROI(ROI(left: 11, top: 3, width: width, height: 4)))
        try camera.ready()
        let image = try camera.triggeredImage()
        #expect(image.dtype == .uint16)
        for y in 1..<4 { for x in 0..<width { #expect(image[x, y] == light(11 + x, 3 + y)) } }
    }

    @Test(arguments: [("Mono12", DType.uint16), ("Mono32", .uint32)])
    func encodingsHaveTheirTypes(label: String, dtype: DType) throws {
        let camera = try World("camera zyla-5.5 VSC-7").open()
        try Client(camera).choose("pixel_encoding", label)
        try camera.ready()
        let image = try camera.triggeredImage()
        #expect(image.dtype == dtype)
        #expect(image[5, 5] == light(5, 5))
    }

    @Test func sixteenBitsComeWithTheirGain() throws {
        let camera = try World("camera sona VSC-7").open()
        let client = Client(camera)
        try camera.ready()
        try client.choose("gain_mode", "High dynamic range (16-bit)")
        try client.choose("frame_gen_mode", "FixedPixel")
        try client.change("frame_gen_fixed_pixel_value", to: 54321)
        let image = try camera.triggeredImage()
        #expect(image.dtype == .uint16)
        #expect(image[3, 4] == 54321)
    }

    @Test func simCamHasBytesAsWell() throws {
        let camera = try World("camera simcam SIMU-3").open(0, .init(model: "SIMCAM"))
        try Client(camera).choose("pixel_encoding", "Mono8")
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 33, height: 9))
        try camera.enable()
        let image = try camera.image()
        #expect(image.dtype == .uint8)
        #expect(image[8, 8] == light(8, 8) >> 4)
    }

    @Test func metadataIsReadFromTheEnd() {
        // An image of four bytes, a time stamp, and an unknown block.
        let blocks: [UInt32] = [0xAAAA_AAAA, 0, 8, 0x89AB_CDEF, 0x0123_4567, 1, 12, 0, 0, 7, 12]
        func load(_ offset: Int) -> UInt32 { blocks[offset / 4] }
        func loadLong(_ offset: Int) -> UInt64 { UInt64(load(offset)) | UInt64(load(offset + 4)) << 32 }
        #expect(Metadata(byteCount: 44, load, loadLong).ticks == 0x0123_4567_89AB_CDEF)
        // Truncated before the time stamp, and nonsense.
        #expect(Metadata(byteCount: 12, load, loadLong).ticks == nil)
        #expect(Metadata(byteCount: 44, { _ in 0xFFFF_FFFF }, loadLong).ticks == nil)
        #expect(Metadata(byteCount: 44, { _ in 0 }, loadLong).ticks == nil)
        #expect(Metadata(byteCount: 0, load, loadLong).ticks == nil)
    }
}
