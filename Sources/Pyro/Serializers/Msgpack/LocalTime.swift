internal import Glibc
internal import Pickle

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
