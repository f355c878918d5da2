import Pickle

/// What has come of a stream of data: how many, how fast, and with what gaps.
struct Tally: Sendable {
    private(set) var count = 0
    private(set) var bytes = 0
    private(set) var gaps = 0
    /// Seconds between data as a rule, and at most.
    private(set) var usual = 0.0
    private(set) var longest = 0.0
    var lost = 0
    private let start = ContinuousClock.now
    private var end = ContinuousClock.now
    private var first, last: Double?

    /// Counts a datum that was taken at a time, in seconds since 1970.
    mutating func add(_ value: PythonValue, at time: Double) {
        count += 1
        if case .array(let array) = value { bytes += array.data.count }
        if let last, time > last {
            let interval = time - last
            // The first few say what is usual.
            if count > 5, interval > 2 * usual {
                gaps += 1
            } else {
                usual += (interval - usual) / Double(min(count, 20))
            }
            longest = max(longest, interval)
        }
        first = first ?? time
        last = time
        end = .now
    }

    /// Data in a second, by the times at which they were taken.
    var rate: Double {
        guard let first, let last, last > first else { return 0 }
        return Double(count - 1) / (last - first)
    }

    var line: String {
        let volume = bytes > 0 && count > 0 ? ", \((rate * Double(bytes) / Double(count) / 1e6).short) MB/s" : ""
        return "\(count) data, \(rate.short)/s\(volume), \(gaps) gaps, \(lost) lost"
    }

    var summary: String {
        let seconds = (end - start) / .seconds(1)
        guard count > 1 else { return "\(count) data; \(lost) lost here" }
        let volume = bytes > 0 ? ", \((rate * Double(bytes) / Double(count) / 1e6).short) MB/s" : ""
        return """
            \(count) data in \(seconds.short) s: \(rate.short)/s\(volume)
            between two: \((usual * 1000).short) ms as a rule, \((longest * 1000).short) ms at most, \(gaps) gaps
            \(lost) lost here
            """
    }
}

extension Double {
    /// With three digits or so.
    var short: String {
        guard isFinite else { return "\(self)" }
        let digits = abs(self) >= 100 ? 1.0 : abs(self) >= 10 ? 10.0 : 100.0
        let rounded = (self * digits).rounded() / digits
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }
}
