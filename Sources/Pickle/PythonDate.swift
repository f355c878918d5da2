/// A date, time or duration from Python's `datetime` module.
public enum PythonDate: Sendable, Hashable {
    case date(year: Int, month: Int, day: Int)
    case time(TimeOfDay)
    /// `zone` is the offset from UTC, or nil for a time without a time zone.
    case datetime(year: Int, month: Int, day: Int, TimeOfDay, zone: Span?)
    case timedelta(Span)
    case timezone(Span)

    /// A time of day.
    ///
    /// `fold` marks the second of two equal times when clocks are set back.
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

    /// A duration as Python stores it: only the days can be negative.
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

/// The pickled form of dates and times: a few bytes, most significant first.
enum Dates {
    /// The bit in the month or hour that marks the second of two equal times when clocks are set back.
    static let foldMark: UInt8 = 0x80

    static func date(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 1, let bytes = arguments.bytes(0), bytes.count == 4,
            let (year, month, day) = date(bytes.array)
        else { throw ItemTuple.wrong("date") }
        return .value(.date(.date(year: year, month: month, day: day)))
    }

    static func time(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 1, let bytes = arguments.bytes(0), bytes.count == 6 else {
            throw ItemTuple.wrong("time")
        }
        // In a time the hour has the mark, in a datetime the month.
        let array = bytes.array
        guard let time = time([array[0] & 0x7F] + array.dropFirst(), fold: array[0] >= foldMark) else {
            throw ItemTuple.wrong("time")
        }
        return .value(.date(.time(time)))
    }

    static func datetime(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
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

    static func timedelta(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 3, let days = arguments.int(0), let seconds = arguments.int(1),
            let microseconds = arguments.int(2), (-999_999_999...999_999_999).contains(days),
            (0..<86_400).contains(seconds), (0..<1_000_000).contains(microseconds)
        else { throw ItemTuple.wrong("timedelta") }
        return .value(.date(.timedelta(PythonDate.Span(days: days, seconds: seconds, microseconds: microseconds))))
    }

    static func timezone(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 1, case .date(.timedelta(let span)) = arguments.value(0),
            span.days == 0 || span.days == -1 && (span.seconds, span.microseconds) != (0, 0)
        else { throw ItemTuple.wrong("timezone") }
        return .value(.date(.timezone(span)))
    }

    /// Reads year, month and day, or nil if there is no such date.
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

extension PickleWriter {
    mutating func put(_ date: PythonDate) throws(PickleError) {
        switch date {
        case .date(let year, let month, let day):
            try putCall("datetime", "date", [.bytes(Bytes(try Dates.bytes(year, month, day)))])
        case .time(let time):
            var bytes = try Dates.bytes(time)
            if time.fold { bytes[0] |= Dates.foldMark }
            try putCall("datetime", "time", [.bytes(Bytes(bytes))])
        case .datetime(let year, let month, let day, let time, let zone):
            var bytes = try Dates.bytes(year, month, day)
            if time.fold { bytes[2] |= Dates.foldMark }
            bytes += try Dates.bytes(time)
            try putCall("datetime", "datetime", [.bytes(Bytes(bytes))] + (zone.map { [.date(.timezone($0))] } ?? []))
        case .timedelta(let span):
            try putCall("datetime", "timedelta", [.int(span.days), .int(span.seconds), .int(span.microseconds)])
        case .timezone(let span): try putCall("datetime", "timezone", [.date(.timedelta(span))])
        }
    }
}

extension Dates {
    fileprivate static func bytes(_ year: Int, _ month: Int, _ day: Int) throws(PickleError) -> [UInt8] {
        let bytes = [year >> 8, year, month, day].map { UInt8(truncatingIfNeeded: $0) }
        // A date that is not read back as it was does not exist.
        guard let date = date(bytes), date == (year, month, day) else {
            throw .notWritable("the date \(year)-\(month)-\(day)")
        }
        return bytes
    }

    fileprivate static func bytes(_ time: PythonDate.TimeOfDay) throws(PickleError) -> [UInt8] {
        let micro = time.microsecond
        let bytes = [time.hour, time.minute, time.second, micro >> 16, micro >> 8, micro].map {
            UInt8(truncatingIfNeeded: $0)
        }
        guard Self.time(bytes, fold: time.fold) == time else {
            throw .notWritable("the time \(time.hour):\(time.minute):\(time.second) and \(micro) microseconds")
        }
        return bytes
    }
}
