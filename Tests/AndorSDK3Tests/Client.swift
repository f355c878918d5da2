import Devices
import Pickle
import Testing

@testable import AndorSDK3

/// A camera as a client reaches it: by the Python names of its members.
struct Client {
    let interface: RemoteInterface

    init(_ device: any Device) {
        let settings = SettingList(device.settings)
        interface = RemoteInterface(of: device.typeName) {
            device.remoteMembers
            settings.remoteMembers
        }
    }

    @discardableResult
    func call(_ name: String, _ arguments: PythonValue...) throws -> PythonValue {
        guard case .value(let value) = try interface.call(name, Arguments(arguments)) else {
            throw DeviceError(.failed, "\(name) goes on")
        }
        return value
    }

    func setting(_ name: String) throws -> PythonValue { try call("get_setting", .str(name)) }
    func change(_ setting: String, to value: PythonValue) throws { try call("set_setting", .str(setting), value) }

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

/// Long enough for the slowest machine; no test that passes waits for it.
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

/// What the simulation shows at a place of the sensor.
func light(_ column: Int, _ row: Int) -> Int { 100 + ((column + row * 13) & 1023) }
