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
    /// Whether it tells of something instead of being measured: it is sent alone, without the time.
    public var isMessage = false

    public init(_ frame: Frame, at timestamp: Double) {
        content = .frame(frame)
        self.timestamp = timestamp
    }

    public init(_ value: PythonValue, at timestamp: Double) {
        content = .value(value)
        self.timestamp = timestamp
    }

    public init(message: String, at timestamp: Double) {
        self.init(.str(message), at: timestamp)
        isMessage = true
    }
}
