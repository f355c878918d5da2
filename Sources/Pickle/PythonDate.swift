/// The values of Python's `datetime` module.
public enum PythonDate: Sendable, Hashable {
    case date(year: Int, month: Int, day: Int)
    case time(TimeOfDay)
    /// `zone` is the distance from UTC, nil for a time without a zone.
    case datetime(year: Int, month: Int, day: Int, TimeOfDay, zone: Span?)
    case timedelta(Span)
    case timezone(Span)

    /// A time on the clock; `fold` marks the second of two equal times when clocks are set back.
    public struct TimeOfDay: Sendable, Hashable {
        public var hour, minute, second, microsecond: Int
        public var fold: Bool

        public init(hour: Int, minute: Int, second: Int, microsecond: Int, fold: Bool = false) {
            self.hour = hour
            self.minute = minute
            self.second = second
            self.microsecond = microsecond
            self.fold = fold
        }
    }

    /// A length of time as Python keeps it: only the days can be negative.
    public struct Span: Sendable, Hashable {
        public var days, seconds, microseconds: Int

        public init(days: Int, seconds: Int, microseconds: Int) {
            self.days = days
            self.seconds = seconds
            self.microseconds = microseconds
        }
    }

    var typeName: String {
        switch self {
        case .date: "date"
        case .time: "time"
        case .datetime: "datetime"
        case .timedelta: "timedelta"
        case .timezone: "timezone"
        }
    }
}
