internal import Glibc
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

/// A day of the Gregorian calendar, which reaches back to the year 1 as in Python.
struct CalendarDay {
    let year: Int
    let month: Int
    let day: Int

    /// A day that may exist: no month is checked for its length.
    init(year: Int, month: Int, day: Int) throws(SerializerError) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
            throw .malformed("a date is out of range")
        }
        self.year = year
        self.month = month
        self.day = day
    }

    /// A day by its number; 1 is the first day of the year 1.
    init(ordinal: Int) throws(SerializerError) {
        guard (1...3_652_059).contains(ordinal) else { throw .malformed("ordinal must be between 1 and 3652059") }
        // Years that begin in March have their leap day at the end, and months in a pattern of five.
        let days = ordinal + Self.daysBeforeMarch
        let era = days / Self.daysOf400Years
        let dayOfEra = days % Self.daysOf400Years
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * month + 2) / 5 + 1
        self.month = month < 10 ? month + 3 : month - 9
        year = era * 400 + yearOfEra + (month < 10 ? 0 : 1)
    }

    var ordinal: Int {
        let year = month > 2 ? year : year - 1
        let yearOfEra = year % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return year / 400 * Self.daysOf400Years + dayOfEra - Self.daysBeforeMarch
    }

    private static let daysOf400Years = 146_097
    /// From 1 March of the year 0 to the day before 1 January of the year 1.
    private static let daysBeforeMarch = 305
}

/// Turns seconds since 1970 into local time and back, as Python does for times without a zone.
enum LocalTime {
    private static let secondsOfDay = 86_400
    /// The number of 1 January 1970, counted from 1 January of the year 1.
    private static let firstDay = 719_163

    /// The local time at a number of seconds since 1970.
    static func date(seconds: Double) throws(SerializerError) -> PythonDate {
        // A bound that is far from the limits of integers; the calendar knows the years exactly.
        guard seconds.magnitude < 1e12 else { throw .malformed("a time is out of range") }
        // Far from 1970 the microseconds are right only if they are taken from the part behind the point, as Python does.
        let fraction = ((seconds - seconds.rounded(.towardZero)) * 1e6).rounded(.toNearestOrEven)
        let (carry, microsecond) = parts(Int(fraction), 1_000_000)
        let whole = Int(seconds) + carry
        let (day, second) = parts(whole + offset(at: whole), secondsOfDay)
        let date = try CalendarDay(ordinal: day + firstDay)
        let time = PythonDate.TimeOfDay(
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60,
            microsecond: microsecond
        )
        return .datetime(year: date.year, month: date.month, day: date.day, time, zone: nil)
    }

    /// The number of seconds since 1970 at a local time.
    static func seconds(_ date: PythonDate) throws(SerializerError) -> Double {
        guard case .datetime(let year, let month, let day, let time, zone: nil) = date else {
            throw .unwritable("msgpack cannot serialize datetime with timezone info")
        }
        let date = try CalendarDay(year: year, month: month, day: day)
        guard (0..<24).contains(time.hour), (0..<60).contains(time.minute), (0..<60).contains(time.second) else {
            throw .unwritable("a time is out of range")
        }
        let clock = (time.hour * 60 + time.minute) * 60 + time.second
        let local = (date.ordinal - firstDay) * secondsOfDay + clock
        // The offset is wanted at the moment looked for, which the first guess comes close enough to.
        let guess = local - offset(at: local)
        return Double(local - offset(at: guess)) + Double(time.microsecond) / 1e6
    }

    /// A number in units of a size, rounded down, and what is left.
    private static func parts(_ number: Int, _ size: Int) -> (Int, Int) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: size)
        return remainder < 0 ? (quotient - 1, remainder + size) : (quotient, remainder)
    }

    /// The seconds that local time is ahead of UTC at a moment.
    private static func offset(at seconds: Int) -> Int {
        var moment = seconds
        var local = unsafe tm()
        return unsafe localtime_r(&moment, &local) == nil ? 0 : local.tm_gmtoff
    }
}
