public import Pickle

/// One datum as it arrived from a device: a camera's frame, a logger's readings.
public struct Arrival<Value: Sendable>: Sendable {
    public let value: Value
    /// When the server says that it was taken, in seconds since 1970.
    public let timestamp: Double
    /// Counts what arrived from 1; where one is missing, the reader was too slow for it.
    public let number: Int
}

extension Arrival<NDArray> {
    /// The pixels, of shape (height, width).
    public var image: NDArray { value }
}
