extension Expectation<Int> {
    /// A number of bytes, as an integer or with a unit: `10 MiB`.
    static func byteCount(in range: ClosedRange<Int>) -> Self {
        let description = "bytes from \(range.lowerBound) to \(range.upperBound), also written such as 64 MiB"
        return Expectation(description) { scalar in
            let count: Int? = if case .int(let number) = scalar.meaning { number } else { bytes(scalar.text) }
            return count.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    private static let units = ["KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30]

    private static func bytes(_ text: String) -> Int? {
        let number = text.prefix { ("0"..."9").contains($0) }
        let unit = text.dropFirst(number.count).drop { $0 == " " }
        guard let number = Int(number), let size = units[String(unit)] else { return nil }
        let (count, isTooBig) = number.multipliedReportingOverflow(by: size)
        return isTooBig ? nil : count
    }
}

extension Expectation<Duration> {
    static func seconds(in range: ClosedRange<Double>) -> Self {
        let seconds = Expectation<Double>.number(in: range)
        return Expectation("\(seconds.description), in seconds") { seconds.read($0).map { .seconds($0) } }
    }
}
