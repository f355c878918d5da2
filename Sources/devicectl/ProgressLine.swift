/// A line on a terminal that shows how far a stream has come, written over and over.
struct ProgressLine: Sendable {
    private let total: Int?
    private var last: ContinuousClock.Instant?

    private static let (interval, width) = (Duration.milliseconds(200), 24)

    init(of total: Int?) { self.total = total }

    /// Shows it, unless it was shown a moment ago or nobody looks.
    mutating func show(_ tally: Tally, lost: Int) {
        guard Output.isWatched, last.map({ .now - $0 >= Self.interval }) ?? true else { return }
        last = .now
        var tally = tally
        tally.lost = lost
        Output.overwrite(bar(tally.count) + tally.line)
    }

    mutating func clear() {
        if last != nil { Output.overwrite("") }
    }

    private func bar(_ count: Int) -> String {
        guard let total else { return "" }
        let filled = min(Self.width, count * Self.width / max(1, total))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
        return "[\(bar)] \(count * 100 / max(1, total)) %  "
    }
}
