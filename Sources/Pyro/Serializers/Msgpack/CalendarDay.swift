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
