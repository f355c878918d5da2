public import Pickle

/// What a data device sends to its clients, and when it was taken.
public struct Datum: Sendable {
    public enum Content: Sendable {
        case frame(Frame)
        case value(PythonValue)
    }

    public var content: Content
    /// Seconds since 1970.
    public var timestamp: Double

    public init(_ frame: Frame, at timestamp: Double) {
        content = .frame(frame)
        self.timestamp = timestamp
    }

    public init(_ value: PythonValue, at timestamp: Double) {
        content = .value(value)
        self.timestamp = timestamp
    }
}
