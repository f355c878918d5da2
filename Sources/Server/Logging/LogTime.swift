internal import Glibc

/// A moment of the wall clock, to the millisecond.
public struct LogTime: Sendable, Hashable {
    var millisecondsSince1970: Int

    init(millisecondsSince1970: Int) { self.millisecondsSince1970 = millisecondsSince1970 }

    /// - Parameter seconds: since 1970; what is no time of ours counts as the beginning.
    public init(secondsSince1970 seconds: Double) {
        millisecondsSince1970 = Int(exactly: (seconds * 1000).rounded(.down)) ?? 0
    }

    static func now() -> LogTime {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return LogTime(millisecondsSince1970: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
    }

    /// Local time: `2026-11-23T09:41:48.570`.
    public var text: String {
        var seconds = time_t(millisecondsSince1970 / 1000)
        let clock = unsafe String(unsafeUninitializedCapacity: 64) { buffer in
            var parts = unsafe tm()
            unsafe localtime_r(&seconds, &parts)
            return unsafe strftime(buffer.baseAddress, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts)
        }
        return "\(clock).\(String(millisecondsSince1970 % 1000 + 1000).dropFirst())"
    }
}
