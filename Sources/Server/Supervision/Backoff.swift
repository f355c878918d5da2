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
        return delay()
    }

    /// The wait after another failure.
    mutating func delay() -> Duration {
        defer { next = next == .zero ? Self.first : min(next * 2, Self.longest) }
        return next
    }
}

extension Duration {
    /// As people say it: `0.4 s`, `30 s`.
    var formatted: String {
        let tenths = Int(self / .milliseconds(100))
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }

    /// When something that has failed is tried again.
    var asRetry: String { self == .zero ? "trying again at once" : "trying again in \(formatted)" }
}
