import MicroscopeClient
import MicroscopeServer
import Testing

/// A program may serve a microscope and be a client of one as well.
struct BothLibraries {
    @Test func wordsThatBothHaveMeanTheSame() {
        let (binning, roi) = (Binning(h: 2, v: 2), ROI(left: 0, top: 0, width: 2, height: 2))
        let shape: SensorShape = SensorShape(width: 4, height: 4)
        let (type, value): (TriggerType, PythonValue) = (.software, 1)
        #expect(shape.width == binning.h * roi.width && type == .software && value == 1)
        let microscope = Microscope { DeviceDefinition("Camera", .simulatedCamera, port: 0) }
        let connect: (String) async throws -> RemoteCamera = { try await RemoteCamera.connect(to: $0) }
        _ = (microscope, connect)
    }
}
