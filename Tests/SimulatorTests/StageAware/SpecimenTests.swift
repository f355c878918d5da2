import Devices
import Foundation
import ImageFiles
import Pickle
import Simulators
import Testing

@testable import Simulators

struct BlurTests {
    /// A black specimen with one bright pixel in its middle, as a camera sees it from that height.
    private func image(z: Double, side: Int = 61) throws -> Frame {
        var pixels = [UInt16](repeating: 0, count: side * side)
        pixels[side / 2 * side + side / 2] = 60_000
        let specimen = try #require(Specimen(width: side, height: side, channels: [pixels]))
        let limits = AxisLimits(lower: -1e300, upper: 1e300)
        let stage = SimulatedStage(.init(limits: ["x": limits, "y": limits, "z": limits], speed: 0)) { .now }
        let camera = try StageAwareCamera(
            specimen,
            stage: stage,
            filterWheel: SimulatedFilterWheel(.init(positions: 1)) { .now },
            .init(sensorShape: SensorShape(width: side, height: side), hasRealisticTiming: false)
        )
        let middle = Double(side) / 2
        _ = try stage.move(to: NamedValues([("x", middle), ("y", middle), ("z", z)]))
        try camera.enable()
        try camera.trigger()
        return try camera.dataSource.frame()
    }

    @Test func isNoneInFocus() throws {
        let frame = try image(z: 0)
        #expect(frame[30, 30] == 60_000)
        #expect(frame.array.doubles.reduce(0, +) == 60_000)
    }

    @Test(arguments: [0.1, 1, -5, 10, -20, 50]) func keepsTheSumAndIsTheSameToAllSides(z: Double) throws {
        let frame = try image(z: z)
        // Each pixel is rounded to a whole number.
        #expect(abs(frame.array.doubles.reduce(0, +) - 60_000) < 600)
        for y in 0..<61 {
            for x in 0..<61 {
                #expect(frame[x, y] == frame[60 - x, y])
                #expect(frame[x, y] == frame[y, x])
            }
        }
    }

    @Test func isAGaussianOfATenthOfZ() throws {
        let frame = try image(z: 20)
        // The image of python-microscope, which does not round.
        let expected = [2387.0, 2106, 1447, 775, 323, 104]
        for (distance, value) in expected.enumerated() { #expect(abs(frame[30 + distance, 30] - value) <= 1) }
        #expect(try image(z: -20).array == frame.array)
    }

    @Test(arguments: [1e4, 1e300, -1e300]) func hasAnEnd(z: Double) throws {
        #expect(try image(z: z, side: 11).width == 11)
    }

    @Test(arguments: [0.0, 0.001, 0.5, 3, .infinity, .nan]) func weightsAreOneInAll(sigma: Double) {
        let kernel = Blur.kernel(sigma)
        #expect(kernel.count % 2 == 1)
        #expect(abs(kernel.reduce(0, +) - 1) < 1e-5)
        #expect(kernel == kernel.reversed())
    }
}

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
