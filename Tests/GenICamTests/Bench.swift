import Devices
import Platform
import SimulatedGigE
import Testing
import Transports

@testable import GenICam
@testable import SDKCameras

/// A simulated camera and the driver on it; the driver ends it when it is shut down.
final class Bench: Sendable {
    let simulation: SimulatedGigECamera
    private static let count = Lock(0)

    init(_ model: String = "sfnc", serial: String? = nil) throws {
        let number = Self.count.withLock { count in
            count += 1
            return count
        }
        let model = try #require(CameraModel(model))
        simulation = try SimulatedGigECamera(model, serial: serial ?? "SIM-\(number)")
    }

    func open(
        _ configuration: GenICamCamera.Configuration = .init(serial: "any"),
        place: CameraPlace? = nil,
        log: DeviceLog = DeviceLog()
    ) throws -> GenICamCamera {
        let library = try AravisLibrary.installed(nil)
        let camera = try AravisCamera(library, place ?? .simulated(simulation), .init())
        do { return try GenICamCamera(camera, configuration, options: .quick, log: log) } catch {
            camera.close()
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
        options.watchPause = .milliseconds(50)
        options.longestDelay = .milliseconds(200)
        options.patience = .seconds(60)
        return options
    }
}

/// Long enough for the slowest machine; no test that passes waits that long.
let patience = Duration.seconds(60)

extension GenICamCamera {
    func image() throws -> Frame { try datum().frame }

    func datum() throws -> (frame: Frame, time: Double) {
        let datum = try #require(try dataSource.next(within: patience))
        guard case .frame(let frame) = datum.content else { throw DeviceError(.failed, "a value, not an image") }
        return (frame, datum.timestamp)
    }

    /// Enabled, with a small area.
    func ready(_ trigger: GenICamTrigger = .software) throws {
        try setTrigger(trigger.type, trigger.mode)
        _ = try setROI(ROI(left: 64, top: 32, width: 64, height: 48))
        try expose(for: 0.002)
        try enable()
    }

    func triggeredImage() throws -> Frame {
        try trigger()
        return try image()
    }

    func setting(_ name: String) throws -> Setting { try #require(settings.first { $0.name == name }, "\(name)") }

    func number(_ name: String) throws -> Int { try #require(Int(python: setting(name).get())) }

    /// Waits until a fact is true.
    func eventually(_ fact: () -> Bool) -> Bool {
        let end = ContinuousClock.now + patience
        while !fact() {
            guard ContinuousClock.now < end else { return false }
            Pause.wait(for: .milliseconds(5))
        }
        return true
    }
}

extension Frame {
    /// The pixel in a column of a row.
    subscript(x: Int, y: Int) -> Int { Int(array.element(at: y * width + x) ?? .nan) }
}
