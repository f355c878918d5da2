import Contracts
import Devices
import Pickle
import Platform
import Testing
import Transports

@testable import SDKCameras
@testable import V4L2

/// Long enough for the slowest machine; no test that passes waits that long.
let patience = Duration.seconds(30)

/// A computer with one simulated camera.
struct Bench {
    let system = SimulatedVideo()
    let model = SimulatedUVC()
    let node: VideoNode

    init(serial: String? = "5F3C0A01") { node = system.plugIn(model, serial: serial) }

    func open(
        _ configuration: V4L2Camera.Configuration = .init(),
        log: DeviceLog = DeviceLog()
    ) throws -> V4L2Camera {
        let camera = try VideoCamera(system, configuration.selection)
        return try V4L2Camera(camera, configuration, options: .quick, log: log)
    }

    /// Enabled, with software triggers.
    func ready(_ configuration: V4L2Camera.Configuration = .init()) throws -> V4L2Camera {
        let camera = try open(configuration)
        try camera.enable()
        return camera
    }
}

extension AcquisitionOptions {
    /// The options of a server, except for delays that only make tests slow.
    static var quick: Self {
        var options = AcquisitionOptions()
        options.firstTry = .milliseconds(5)
        options.watchPause = .milliseconds(20)
        options.longestDelay = .milliseconds(20)
        return options
    }
}

extension V4L2Camera {
    func image() throws -> Frame { try datum().frame }

    func datum() throws -> (frame: Frame, time: Double) {
        let datum = try #require(try dataSource.next(within: patience))
        guard case .frame(let frame) = datum.content else { throw DeviceError(.failed, "a value, not an image") }
        return (frame, datum.timestamp)
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

extension Client {
    /// Selects a choice by its label, or by the beginning of it.
    func choose(_ setting: String, _ label: String) throws {
        for (key, text) in try choices(setting) where text.hasPrefix(label) {
            return try change(setting, to: .int(key))
        }
        throw DeviceError(.failed, "\(setting) has no choice \(label)")
    }

    func choices(_ setting: String) throws -> [(key: Int, label: String)] {
        guard case .dict(let description) = try call("describe_setting", .str(setting)),
            case .list(let choices)? = description["values"]
        else { throw DeviceError(.failed, "\(setting) has no choices") }
        return choices.compactMap { choice in
            guard case .tuple(let pair) = choice, case .int(let key) = pair[0], case .str(let label) = pair[1] else {
                return nil
            }
            return (key, label)
        }
    }

    func isReadOnly(_ setting: String) throws -> Bool {
        guard case .dict(let description) = try call("describe_setting", .str(setting)) else { return false }
        return description["readonly"] == true
    }
}

/// The brightness of the simulated picture at a place.
func light(_ x: Int, _ y: Int) -> Int { Int(SimulatedPicture.light(x, y)) }
