internal import Glibc
internal import Pickle

extension PythonDate {
    /// The value in formats without dates: ISO 8601, and a number of seconds for a duration.
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
    // Days from the wire can be any number; no product of them overflows 128 bits.
    fileprivate var inMicroseconds: Int128 {
        (Int128(days) * 86400 + Int128(seconds)) * 1_000_000 + Int128(microseconds)
    }

    /// The offset from UTC: `+02:00`, with seconds only if it has any.
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

/// A day of the Gregorian calendar from the year 1 on, as in Python.
struct CalendarDay {
    let year: Int
    let month: Int
    let day: Int

    /// Makes a day without checking the length of the month.
    init(year: Int, month: Int, day: Int) throws(SerializerError) {
        guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else {
            throw .malformed("a date is out of range")
        }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day with a number, where 1 is 1 January of the year 1.
    init(ordinal: Int) throws(SerializerError) {
        guard (1...3_652_059).contains(ordinal) else { throw .malformed("ordinal must be between 1 and 3652059") }
        // With years that begin in March, the leap day is the last day and the lengths of months repeat after five.
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
    /// The number of days from 1 March of the year 0 to 1 January of the year 1, less one.
    private static let daysBeforeMarch = 305
}

/// A conversion between seconds since 1970 and local time, as Python does it for times without a time zone.
enum LocalTime {
    private static let secondsOfDay = 86_400
    /// The number of 1 January 1970.
    private static let firstDay = 719_163

    /// The local time at a number of seconds since 1970.
    static func date(seconds: Double) throws(SerializerError) -> PythonDate {
        // Far within the range of integers. The calendar checks the exact range of years.
        guard seconds.magnitude < 1e12 else { throw .malformed("a time is out of range") }
        // Far from 1970 the microseconds are right only if they are taken from the fraction, as in Python.
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
        // The offset must be that of the result; the first guess is close enough to find it.
        let guess = local - offset(at: local)
        return Double(local - offset(at: guess)) + Double(time.microsecond) / 1e6
    }

    /// The quotient, rounded down, and the remainder.
    private static func parts(_ number: Int, _ size: Int) -> (Int, Int) {
        let (quotient, remainder) = number.quotientAndRemainder(dividingBy: size)
        return remainder < 0 ? (quotient - 1, remainder + size) : (quotient, remainder)
    }

    /// The offset of local time from UTC in seconds at a moment.
    private static func offset(at seconds: Int) -> Int {
        var moment = seconds
        var local = unsafe tm()
        return unsafe localtime_r(&moment, &local) == nil ? 0 : local.tm_gmtoff
    }
}
