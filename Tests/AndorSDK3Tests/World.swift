import Contracts
import Devices
import Pickle
import SimulatedWorlds
import Testing

@testable import AndorSDK3
@testable import SDKCameras

/// The simulated cameras of one test.
final class World: Sendable {
    private let files: SimulatedWorld
    var folder: String { files.folder }
    var library: String { files.library }

    /// - Parameter cameras: lines of `camera MODEL SERIAL` and other lines of the file.
    init(_ cameras: String, pace: Double = 0, order: String = "fixed") throws {
        files = try SimulatedWorld("libatcore.so", cameras, pace: pace, order: order)
    }

    /// The library as built, beside the tests.
    static var built: String { get throws { try SimulatedWorld.built("libatcore.so") } }

    func order(_ fault: String, of serial: String, _ text: String = "") throws {
        try files.order(fault, of: serial, text)
    }

    func end(_ fault: String, of serial: String) { files.end(fault, of: serial) }
    func isOrdered(_ fault: String, of serial: String) -> Bool { files.isOrdered(fault, of: serial) }

    var lockPath: @Sendable (String) -> String { { [files] in files.lockPath($0) } }

    // Cameras

    func load() throws -> AndorLibrary {
        let library = try AndorLibrary(library)
        try library.initialise()
        return library
    }

    /// Opens the camera with an index.
    func open(
        _ index: Int = 0,
        _ configuration: AndorSDK3Camera.Configuration = .init(),
        options: AcquisitionOptions = .quick,
        log: DeviceLog = DeviceLog()
    ) throws -> AndorSDK3Camera {
        let candidate = try AndorSDK3Camera.candidate(index, of: try load(), configuration, log: log)
        guard case .opened(let camera) = candidate else { throw DeviceError(.failed, "\(candidate), not a camera") }
        do { return try AndorSDK3Camera(camera, configuration, options: options, log: log) } catch {
            camera.release()
            throw error
        }
    }
}

extension AcquisitionOptions {
    /// The options of a server, except for delays that only make tests slow.
    static var quick: Self {
        var options = AcquisitionOptions()
        options.bufferCount = 4
        options.lentCount = 4
        options.firstTry = .milliseconds(5)
        options.watchPause = .milliseconds(20)
        options.longestDelay = .milliseconds(20)
        return options
    }
}

/// Long enough for the slowest machine; no test that passes waits that long.
let patience = Duration.seconds(30)

extension AndorSDK3Camera {
    func image() throws -> Frame { try datum().frame }

    func datum() throws -> (frame: Frame, time: Double) {
        let datum = try #require(try dataSource.next(within: patience))
        guard case .frame(let frame) = datum.content else { throw DeviceError(.failed, "a value, not an image") }
        return (frame, datum.timestamp)
    }

    /// Enabled, with software triggers.
    func ready(exposing seconds: Double = 0.001) throws {
        try setTrigger(.software, .once)
        try expose(for: seconds)
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

extension Client {
    func description(_ setting: String) throws -> PythonDictionary {
        guard case .dict(let description) = try call("describe_setting", .str(setting)) else {
            throw DeviceError(.failed, "no description")
        }
        return description
    }

    /// The key of a choice by its label.
    func choose(_ setting: String, _ label: String) throws {
        guard case .list(let choices)? = try description(setting)["values"] else {
            throw DeviceError(.failed, "\(setting) has no choices")
        }
        for case .tuple(let pair) in choices where pair[1] == .str(label) { return try change(setting, to: pair[0]) }
        throw DeviceError(.failed, "\(setting) has no choice \(label)")
    }
}
