import Devices
import Pickle
import Platform
import SimulatedWorlds
import Testing

@testable import AndorSDK2
@testable import SDKCameras

/// The simulated cameras of one test.
final class World: Sendable {
    let files: SimulatedWorld

    /// - Parameter cameras: lines of `camera MODEL SERIAL` and other lines of the file.
    init(_ cameras: String = "camera ixon-ultra-897 11001", pace: Double = 0) throws {
        files = try SimulatedWorld("libandor.so", cameras, pace: pace)
    }

    func load() throws -> Andor2Library { Andor2Library.shared(try Andor2Library(files.library)) }

    /// Opens the camera with an index.
    func open(
        _ index: Int = 0,
        _ configuration: AndorSDK2Camera.Configuration = .init(),
        options: AcquisitionOptions = .quick,
        log: DeviceLog = DeviceLog()
    ) throws -> AndorSDK2Camera {
        let candidate = try AndorSDK2Camera.candidate(index, of: try load(), folder: files.folder, log: log)
        guard case .opened(let camera) = candidate else { throw DeviceError(.initialise, "held elsewhere") }
        do { return try AndorSDK2Camera(camera, configuration, options: options, log: log) } catch {
            camera.release()
            throw error
        }
    }
}

extension AcquisitionOptions {
    /// The options of a server, except for delays that only make tests slow.
    static var quick: Self {
        var options = AcquisitionOptions()
        options.bufferCount = 8
        options.firstTry = .milliseconds(5)
        options.watchPause = .milliseconds(20)
        options.longestDelay = .milliseconds(20)
        return options
    }
}

/// Long enough for the slowest machine; no test that passes waits that long.
let patience = Duration.seconds(30)

extension AndorSDK2Camera {
    func image() throws -> Frame { try datum().frame }

    func datum() throws -> (frame: Frame, time: Double) {
        let datum = try #require(try dataSource.next(within: patience))
        guard case .frame(let frame) = datum.content else { throw DeviceError(.failed, "a value, not an image") }
        return (frame, datum.timestamp)
    }

    /// Enabled, with software triggers and a small area.
    func ready() throws {
        try setTrigger(.software, .once)
        _ = try setROI(ROI(left: 64, top: 32, width: 64, height: 48))
        try expose(for: 0.002)
        try enable()
    }

    func triggeredImage() throws -> Frame {
        try trigger()
        return try image()
    }
}

extension Frame {
    /// The pixel in a column of a row.
    subscript(x: Int, y: Int) -> Int { Int(array.element(at: y * width + x) ?? .nan) }
}

/// The simulated image at a place of the sensor.
func light(_ column: Int, _ row: Int) -> Int { 100 + ((column + row * 13) & 1023) }
