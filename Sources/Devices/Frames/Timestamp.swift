internal import Glibc

/// The time of day as clients get it with data.
public enum Timestamp {
    /// Seconds since 1970.
    public static var now: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
