import Devices
import Pickle
import Testing

/// Long enough for the slowest machine; no test that passes waits that long.
let patience = Duration.seconds(30)

extension DataSource {
    /// The next image.
    func frame() throws -> Frame {
        let datum = try #require(try next(within: patience))
        guard case .frame(let frame) = datum.content else { throw DeviceError(.failed, "a value, not an image") }
        return frame
    }

    /// The next value, skipping images.
    func value() throws -> PythonValue {
        let datum = try #require(try next(within: patience))
        guard case .value(let value) = datum.content else { throw DeviceError(.failed, "an image, not a value") }
        return value
    }
}

extension Frame {
    /// The pixel in a column of a row.
    subscript(x: Int, y: Int) -> Double { array.element(at: y * width + x) ?? .nan }
}

/// A clock that stands still until it is moved.
final class TestTime {
    private(set) var now = ContinuousClock.now

    func advance(_ duration: Duration) { now = now.advanced(by: duration) }
}
