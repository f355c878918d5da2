import Contracts
import Devices
import Glibc
import Pickle
import Testing

@testable import AndorSDK3
@testable import SDKCameras

/// The simulated cameras of one test: a copy of the library, its configuration file, and the folder for faults.
///
/// The loader treats a copy as another library, so tests run side by side, each with fresh cameras.
final class World: Sendable {
    let folder: String
    var library: String { "\(folder)/libatcore.so" }
    private var state: String { "\(folder)/state" }

    /// - Parameter cameras: lines of `camera MODEL SERIAL` and other lines of the file.
    init(_ cameras: String, pace: Double = 0, order: String = "fixed") throws {
        folder = try Files.makeFolder()
        try Files.makeFolder("\(folder)/state")
        try Files.copy(try Self.built, to: library)
        try Files.write(
            "pace \(pace)\norder \(order)\nstate \(folder)/state\n\(cameras)\n",
            to: "\(folder)/cameras.conf"
        )
    }

    deinit { Files.remove(folder) }

    /// The library as built, beside the tests.
    static var built: String {
        get throws {
            let programs = [Files.realPath("/proc/self/exe"), CommandLine.arguments.first]
            let folders = programs.compactMap { path in
                path.map { $0.prefix(upTo: $0.lastIndex(of: "/") ?? $0.startIndex) }
            }
            return try #require(
                folders.map { "\($0)/libatcore.so" }.first { path in unsafe access(path, R_OK) == 0 },
                "libatcore.so is not beside \(programs)"
            )
        }
    }

    // Faults

    func order(_ fault: String, of serial: String, _ text: String = "") throws {
        try Files.write(text + "\n", to: "\(state)/\(serial).\(fault)")
    }

    func end(_ fault: String, of serial: String) { _ = unsafe unlink("\(state)/\(serial).\(fault)") }

    func isOrdered(_ fault: String, of serial: String) -> Bool {
        unsafe access("\(state)/\(serial).\(fault)", F_OK) == 0
    }

    var lockPath: @Sendable (String) -> String { { [state] serial in "\(state)/\(serial).lock" } }

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
