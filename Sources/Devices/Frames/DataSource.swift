internal import Glibc
public import Pickle

/// Where a device's data come from.
///
/// Waiting here blocks, and calls to the device go on meanwhile, so a source is `Sendable`: it holds only what its
/// SDK lets another thread use.
public protocol DataSource: AnyObject, Sendable {
    /// The next datum, or nil when none came in time.
    ///
    /// What it throws reaches the clients in place of a datum, once for each throw.
    func next(within limit: Duration) throws -> Datum?

    /// Lets the wait that is going on end at once with nil, or else the next one.
    func interrupt()

    /// Whether data are made when they are asked for, as fast as they are taken, rather than when the hardware has them.
    ///
    /// Such a source is asked for no more than its clients take; any other one never waits for a client.
    var isOnDemand: Bool { get }

    /// How many data have given way so far because nobody took them in time, and are no error.
    var lost: Int { get }
}

extension DataSource {
    public var isOnDemand: Bool { false }
    public var lost: Int { 0 }
}

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

/// The time of day as clients get it with data.
public enum Timestamp {
    /// Seconds since 1970.
    public static var now: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
