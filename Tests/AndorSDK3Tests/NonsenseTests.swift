import Contracts
import Devices
import Pickle
import SDKCameras
import Testing

@testable import AndorSDK3

/// Implausible numbers from a faulty SDK: they cause errors and never a crash.
struct NonsenseTests {
    private static let areas = [
        "AOIHBin 0", "AOIVBin -9.3e18", "AOILeft -9.3e18", "AOITop 9.3e18", "AOIWidth 9.3e18", "AOIHeight 0",
    ]
    private static let others = [
        "AOIStride 9.3e18", "AOIStride 0", "ImageSizeBytes 9.3e18", "ImageSizeBytes -1", "SensorWidth -9.3e18",
        "SensorHeight 0", "ExposureTime nan", "ExposureTime inf", "ExposureTime 1e300", "ExposureTime -1e300",
        "FrameRate nan", "FrameRate 0", "ReadoutTime nan", "ReadoutTime 1e300", "TimestampClock 9.3e18",
        "TimestampClockFrequency -9.3e18", "SensorTemperature nan",
    ]

    private func camera() throws -> (World, AndorSDK3Camera) {
        let world = try World("camera zyla-4.2 VSC-7")
        let camera = try world.open()
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 64, height: 64))
        return (world, camera)
    }

    @Test(arguments: areas) func areaIsRefused(lie: String) throws {
        let (world, camera) = try camera()
        try world.order("lies", of: "VSC-7", lie)
        let error = #expect(throws: DeviceError.self) { try camera.roi }
        #expect(error?.message.hasPrefix("VSC-7 reports \(lie.prefix { $0 != " " }) = ") == true)
    }

    @Test(arguments: areas + others) func cameraGoesOnOnceItMakesSenseAgain(lie: String) throws {
        let (world, camera) = try camera()
        try world.order("lies", of: "VSC-7", lie)
        let client = Client(camera)
        for name in ["get_all_settings", "describe_settings", "get_roi", "get_binning", "get_cycle_time", "enable"] {
            _ = try? client.call(name)
        }
        _ = try? client.call("set_roi", .tuple([0, 0, 32, 32]))
        _ = try? client.call("set_binning", .tuple([2, 2]))
        _ = try? client.call("set_exposure_time", 0.002)
        _ = try? client.call("trigger")
        _ = try? camera.dataSource.next(within: .milliseconds(1))
        _ = try? client.call("disable")
        world.end("lies", of: "VSC-7")
        _ = try camera.setBinning(Binning(h: 1, v: 1))
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 64, height: 64))
        try camera.ready()
        #expect(try camera.triggeredImage().width == 64)
    }
}
