internal import Glibc

/// A wait on the calling thread that nothing ends before its time.
public enum Pause {
    public static func wait(for duration: Duration) {
        guard duration > .zero else { return }
        let (seconds, attoseconds) = duration.components
        var wanted = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        var remaining = timespec()
        while unsafe nanosleep(&wanted, &remaining) != 0, errno == EINTR { wanted = remaining }
    }
}
