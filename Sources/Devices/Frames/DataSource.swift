internal import Glibc
public import Pickle
internal import Platform

/// The origin of the data of a device.
///
/// Waiting here blocks, and calls to the device go on meanwhile, so a source is `Sendable`: it holds only those parts
/// of an SDK that may be used from another thread.
public protocol DataSource: AnyObject, Sendable {
    /// The next datum, or nil if none came in time.
    ///
    /// An error that is thrown here is sent to the clients in place of a datum, once for each throw.
    func next(within limit: Duration) throws -> Datum?

    /// Ends the present wait, or else the next one, at once with nil.
    func interrupt()

    /// Whether data are made on request, as fast as they are taken, rather than when the hardware has them.
    ///
    /// Such a source is asked for no more than its clients take; any other source never waits for a client.
    var isOnDemand: Bool { get }

    /// How long after the limit of ``next(within:)`` it may still be busy; later it hangs.
    var hangTime: Duration { get }

    /// How many data have been dropped so far because nobody took them in time, without an error.
    var lost: Int { get }
    /// How many of the lost data the camera itself reports as missing.
    var lostInCamera: Int { get }
}

extension DataSource {
    public var isOnDemand: Bool { false }
    public var lost: Int { 0 }
    public var lostInCamera: Int { 0 }
    public var hangTime: Duration { .seconds(4) }
}

/// A frame or a reading that a data device sends to its clients, and the time at which it was taken.
public struct Datum: Sendable {
    public enum Content: Sendable {
        case frame(Frame)
        case value(PythonValue)
    }

    public var content: Content
    /// Seconds since 1970.
    public var timestamp: Double
    /// The same time by the clock of the camera, in seconds since 1970; nil if it has none.
    public var hardwareTime: Double?
    /// The number of the software trigger since the device was enabled that made a frame, from 0 on; nil if not known.
    public var trigger: Int?
    /// The transform that the server applies to a frame before it is sent.
    public var transform = Transform.identity
    /// Whether it reports an event instead of a measurement: it is sent alone, without the time.
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

/// The wall-clock time that clients get with data.
public enum Timestamp {
    /// Seconds since 1970.
    public static var now: Double { WallClock.seconds }
}
