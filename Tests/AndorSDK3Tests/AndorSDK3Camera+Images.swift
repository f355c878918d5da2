import Devices
import Pickle
import Testing

@testable import AndorSDK3

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
