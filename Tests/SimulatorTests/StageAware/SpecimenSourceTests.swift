import Devices
import Foundation
import ImageFiles
import Pickle
import Simulators
import Testing

struct SpecimenSourceTests {
    @Test func showsAFilesChannels() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).png").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let grey = try #require(NDArray(.uint16, shape: [4, 6], data: Bytes([UInt8](repeating: 3, count: 48))))
        try ImageFile(grey).write(to: path, as: .png)
        let setup = try StageAwareSetup.open(
            .init(image: .file(path), sensorShape: SensorShape(width: 6, height: 4), hasRealisticTiming: false)
        )
        let devices = Dictionary(uniqueKeysWithValues: setup.devices.map { ($0.name, $0.device) })
        #expect((devices["filterwheel"] as? SimulatedFilterWheel)?.positionCount == 1)
        let camera = try #require(devices["camera"] as? StageAwareCamera)
        try camera.enable()
        try camera.trigger()
        let frame = try camera.dataSource.frame()
        #expect(frame.dtype == .uint16 && Set(frame.array.doubles) == [0x0303])
    }

    @Test func fileThatIsNotThereIsNamed() {
        #expect {
            try StageAwareSetup.open(.init(image: .file("/nowhere/cells.tif")))
        } throws: { error in
            (error as? DeviceError)?.kind == .initialise
                && "\(error)" == "the image cannot be read: /nowhere/cells.tif: No such file or directory"
        }
    }
}
