import Devices
import Glibc
import Pickle
import Platform
import SimulatedWorlds
import Testing

@testable import SDKCameras
@testable import TeledynePVCAM

/// The simulated Teledyne cameras of one test.
final class World: Sendable {
    let files: SimulatedWorld

    /// - Parameter cameras: lines of `camera MODEL SERIAL` and other lines of the file.
    init(_ cameras: String = "camera prime-bsi A21B204001", pace: Double = 0) throws {
        Self.prepareEnvironment
        files = try SimulatedWorld("libpvcam.so", cameras, pace: pace)
    }

    // Once for the process: the library reads the environment, which all tests share.
    private static let prepareEnvironment: Void = PVCAMEnvironment.completeSimulation(of: "/tmp/libpvcam.so")

    func load() throws -> PVCAMLibrary { try PVCAMLibrary(files.library) }
    func session() throws -> PVCAMSession { PVCAMSession.shared(try load()) }

    /// Opens the camera with an index.
    func open(
        _ index: Int = 0,
        _ configuration: TeledyneCamera.Configuration = .init(),
        options: AcquisitionOptions = .quick,
        log: DeviceLog = DeviceLog()
    ) throws -> TeledyneCamera {
        let session = try session()
        session.beginUse()
        do {
            let camera = try PVCAMCamera(session, try session.open(index), settlingTime: .zero)
            return try TeledyneCamera(camera, configuration, options: options, log: log)
        } catch {
            session.endUse()
            throw error
        }
    }

    static let serial = "A21B204001"
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

extension TeledyneCamera {
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
