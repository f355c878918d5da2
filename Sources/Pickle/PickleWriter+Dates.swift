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
        // What does not come back the same is no date.
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
