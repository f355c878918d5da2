internal import Pickle

/// MessagePack, with the extensions that Pyro4 adds to it.
enum MsgpackFormat: PlainFormat {
    static let id = SerializerID.msgpack

    /// The types that Pyro4 gave numbers to.
    enum Extension: UInt8 {
        case complex = 0x30
        /// An integer beyond 64 bits, in decimal digits.
        case integer = 0x31
        /// Seconds since 1970.
        case datetime = 0x32
        /// Days since the year 1, whose first is number 1.
        case date = 0x33
    }

    static func write(_ value: PythonValue) throws(SerializerError) -> [UInt8] {
        var writer = MsgpackWriter()
        try writer.write(value)
        return writer.bytes
    }

    static func read(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue {
        var reader = MsgpackReader(bytes)
        return try reader.whole()
    }

    static func plain(_ date: PythonDate) throws(SerializerError) -> PythonValue {
        switch date {
        case .date, .datetime: .date(date)
        case .time, .timedelta, .timezone: try date.plain
        }
    }
}
