/// The times within which an object answers its calls; a call that takes longer hangs.
///
/// Waiting for a ``Completion`` does not count: the device is free meanwhile, and the completion has a limit of its own.
public struct CallLimits: Sendable, Equatable {
    /// The time within which any device answers that declares nothing else.
    public static let usual = Duration.seconds(5)
    /// The limit for calls that read.
    public var reading: Duration
    /// The limit for calls that change something.
    public var changing: Duration
    /// The limits of single methods and properties, by their Python names.
    public var members: [String: Duration]

    public init(
        reading: Duration = CallLimits.usual,
        changing: Duration = CallLimits.usual,
        members: [String: Duration] = [:]
    ) {
        (self.reading, self.changing, self.members) = (reading, changing, members)
    }

    /// The limits of a device that may be busy for some time before it answers a call that changes something, such as a
    /// camera that finishes an exposure.
    public init(busyFor seconds: Double) {
        // Ten days: longer than any exposure.
        self.init(changing: Self.usual + .seconds(seconds > 0 ? min(seconds, 864_000) : 0))
    }

    /// The same limits, each longer by a time.
    public func plus(_ time: Duration) -> CallLimits {
        CallLimits(reading: reading + time, changing: changing + time, members: members.mapValues { $0 + time })
    }

    /// The limit of a call.
    public func limit(of member: String, isReading: Bool) -> Duration {
        members[member] ?? (isReading ? reading : changing)
    }
}
