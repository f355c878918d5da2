/// How long to wait before trying again: not at all after one failure, then longer and longer.
struct Backoff {
    private static let first = Duration.milliseconds(100)
    private static let longest = Duration.seconds(30)
    /// What has worked for that long has not failed at its start.
    private static let proven = Duration.seconds(5)

    private var next = Duration.zero

    /// The wait after an attempt that lasted so long.
    mutating func delay(after duration: Duration) -> Duration {
        if duration >= Self.proven { next = .zero }
        defer { next = next == .zero ? Self.first : min(next * 2, Self.longest) }
        return next
    }
}
