internal import Pickle

extension PythonDate {
    /// The text or number that stands for it in formats without dates: ISO 8601, and seconds for a length of time.
    var plain: PythonValue {
        get throws(SerializerError) {
            switch self {
            case .date(let year, let month, let day): .str(Self.text(year, month, day))
            case .time(let time): .str(time.text)
            case .datetime(let year, let month, let day, let time, let zone):
                .str(Self.text(year, month, day) + "T" + time.text + (zone?.zoneText ?? ""))
            case .timedelta(let span): .float(Double(span.inMicroseconds) / 1e6)
            case .timezone: throw .unwritable("a timezone travels only with the pickle serializer")
            }
        }
    }

    private static func text(_ year: Int, _ month: Int, _ day: Int) -> String {
        "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    fileprivate static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

extension PythonDate.TimeOfDay {
    fileprivate var text: String {
        let clock = [hour, minute, second].map { PythonDate.padded($0, 2) }.joined(separator: ":")
        return microsecond == 0 ? clock : clock + "." + PythonDate.padded(microsecond, 6)
    }
}

extension PythonDate.Span {
    // Days from the wire can be any number, and no product of theirs overflows this.
    fileprivate var inMicroseconds: Int128 {
        (Int128(days) * 86400 + Int128(seconds)) * 1_000_000 + Int128(microseconds)
    }

    /// The distance from UTC: `+02:00`, with seconds and less only where it has them.
    fileprivate var zoneText: String {
        let (seconds, microsecond) = inMicroseconds.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
        let (minutes, second) = seconds.quotientAndRemainder(dividingBy: 60)
        let time = PythonDate.TimeOfDay(
            hour: Int(truncatingIfNeeded: minutes / 60),
            minute: Int(minutes % 60),
            second: Int(second),
            microsecond: Int(microsecond)
        )
        let text = second == 0 && microsecond == 0 ? String(time.text.dropLast(3)) : time.text
        return (inMicroseconds < 0 ? "-" : "+") + text
    }
}
