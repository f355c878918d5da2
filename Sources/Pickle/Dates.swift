/// Dates and times, which pickles hold as a few bytes with the most significant first.
enum Dates {
    /// Added to the month or hour of the second of two equal times, when clocks are set back.
    static let foldMark: UInt8 = 0x80

    static func date(_ arguments: ItemTuple, _: inout Allowance) throws(PickleError) -> Item {
        guard arguments.count == 1, let bytes = arguments.bytes(0), bytes.count == 4,
            let (year, month, day) = date(bytes.array)
        else { throw ItemTuple.wrong("date") }
        return .value(.date(.date(year: year, month: month, day: day)))
    }

    static func time(_ arguments: ItemTuple, _: inout Allowance) throws(PickleError) -> Item {
        guard arguments.count == 1, let bytes = arguments.bytes(0), bytes.count == 6 else {
            throw ItemTuple.wrong("time")
        }
        // In a time alone it is the hour that carries the mark, in a datetime the month.
        let array = bytes.array
        guard let time = time([array[0] & 0x7F] + array.dropFirst(), fold: array[0] >= foldMark) else {
            throw ItemTuple.wrong("time")
        }
        return .value(.date(.time(time)))
    }

    static func datetime(_ arguments: ItemTuple, _: inout Allowance) throws(PickleError) -> Item {
        guard (1...2).contains(arguments.count), let bytes = arguments.bytes(0), bytes.count == 10 else {
            throw ItemTuple.wrong("datetime")
        }
        var array = bytes.array
        let fold = array[2] >= foldMark
        array[2] &= 0x7F
        guard let (year, month, day) = date(array), let time = time(Array(array.dropFirst(4)), fold: fold) else {
            throw ItemTuple.wrong("datetime")
        }
        var zone: PythonDate.Span?
        if arguments.count == 2 {
            guard case .date(.timezone(let span)) = arguments.value(1) else { throw ItemTuple.wrong("datetime") }
            zone = span
        }
        return .value(.date(.datetime(year: year, month: month, day: day, time, zone: zone)))
    }

    static func timedelta(_ arguments: ItemTuple, _: inout Allowance) throws(PickleError) -> Item {
        guard arguments.count == 3, let days = arguments.int(0), let seconds = arguments.int(1),
            let microseconds = arguments.int(2), (-999_999_999...999_999_999).contains(days),
            (0..<86_400).contains(seconds), (0..<1_000_000).contains(microseconds)
        else { throw ItemTuple.wrong("timedelta") }
        return .value(.date(.timedelta(PythonDate.Span(days: days, seconds: seconds, microseconds: microseconds))))
    }

    static func timezone(_ arguments: ItemTuple, _: inout Allowance) throws(PickleError) -> Item {
        guard arguments.count == 1, case .date(.timedelta(let span)) = arguments.value(0),
            span.days == 0 || span.days == -1 && (span.seconds, span.microseconds) != (0, 0)
        else { throw ItemTuple.wrong("timezone") }
        return .value(.date(.timezone(span)))
    }

    /// A date of year, month and day, nil if there is none such.
    static func date(_ bytes: [UInt8]) -> (year: Int, month: Int, day: Int)? {
        let year = Int(bytes[0]) << 8 | Int(bytes[1])
        let month = Int(bytes[2])
        let day = Int(bytes[3])
        guard (1...9999).contains(year), (1...12).contains(month), (1...days(of: month, in: year)).contains(day) else {
            return nil
        }
        return (year, month, day)
    }

    private static func days(of month: Int, in year: Int) -> Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    static func time(_ bytes: [UInt8], fold: Bool) -> PythonDate.TimeOfDay? {
        let microsecond = Int(bytes[3]) << 16 | Int(bytes[4]) << 8 | Int(bytes[5])
        guard bytes[0] < 24, bytes[1] < 60, bytes[2] < 60, microsecond < 1_000_000 else { return nil }
        return PythonDate.TimeOfDay(
            hour: Int(bytes[0]),
            minute: Int(bytes[1]),
            second: Int(bytes[2]),
            microsecond: microsecond,
            fold: fold
        )
    }
}
