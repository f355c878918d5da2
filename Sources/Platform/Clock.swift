internal import Glibc

/// A wait on the calling thread that nothing ends early.
public enum Pause {
    public static func wait(for duration: Duration) {
        guard duration > .zero else { return }
        let (seconds, attoseconds) = duration.components
        var wanted = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        var remaining = timespec()
        while unsafe nanosleep(&wanted, &remaining) != 0, errno == EINTR { wanted = remaining }
    }
}

/// The time of day, which jumps when somebody sets the clock; for measuring use `ContinuousClock`.
public enum WallClock {
    /// Seconds since 1970.
    public static var seconds: Double {
        let time = time
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Whole milliseconds since 1970.
    public static var milliseconds: Int {
        let time = time
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    private static var time: timespec {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return time
    }
}
