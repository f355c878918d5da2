/// The number of a parameter, which holds the type of its value.
struct ParameterID: Hashable, Sendable, ExpressibleByIntegerLiteral {
    let number: UInt32

    init(_ number: UInt32) { self.number = number }
    init(integerLiteral value: UInt32) { number = value }

    /// Nil for a type that the driver cannot handle: pointers, lists of exposures, regions.
    var kind: ValueKind? {
        // Its number says a number of eight bytes, but four are written: those of an integer.
        self == .readoutTime ? .uint32 : ValueKind(rawValue: number >> 24)
    }
}

/// The attributes of a parameter.
enum Attribute: Int16, Sendable {
    case current, count, type, lowest, highest, `default`, increment, access, isAvailable, isLive

    /// Whether it does not depend on the values of parameters.
    var isConstant: Bool { [Self.type, .access, .isAvailable, .isLive].contains(self) }

    /// The kind of the value; nil if it is that of the parameter.
    var kind: ValueKind? {
        switch self {
        case .count: .uint32
        case .type, .access: .uint16
        case .isAvailable, .isLive: .bool
        default: nil
        }
    }
}

/// The types of values that the driver can handle, by the library's numbers.
enum ValueKind: UInt32, Sendable {
    case int16 = 1
    case int32 = 2
    case float64 = 4
    case uint8 = 5
    case uint16 = 6
    case uint32 = 7
    case uint64 = 8
    case choice = 9
    case bool = 11
    case int8 = 12
    case text = 13
    case int64 = 16
    case float32 = 19

    /// The value in the first bytes of a word that was zero.
    func value(of word: UInt64) -> ParameterValue {
        switch self {
        case .int8: .int(Int(Int8(truncatingIfNeeded: word)))
        case .int16: .int(Int(Int16(truncatingIfNeeded: word)))
        case .int32, .choice: .int(Int(Int32(truncatingIfNeeded: word)))
        case .int64: .int(Int(Int64(bitPattern: word)))
        case .uint8: .int(Int(UInt8(truncatingIfNeeded: word)))
        case .uint16, .bool: .int(Int(UInt16(truncatingIfNeeded: word)))
        case .uint32: .int(Int(UInt32(truncatingIfNeeded: word)))
        case .uint64: .int(Int(clamping: word))
        case .float32: .float(Double(Float(bitPattern: UInt32(truncatingIfNeeded: word))))
        case .float64: .float(Double(bitPattern: word))
        case .text: .text("")
        }
    }

    /// The word whose first bytes are a value; nil if the value is of another kind, or does not fit.
    func word(of value: ParameterValue) -> UInt64? {
        switch (self, value) {
        case (.float32, .float(let value)): UInt64(Float(value).bitPattern)
        case (.float64, .float(let value)): value.bitPattern
        case (.int8, .int(let value)): Int8(exactly: value).map { UInt64(UInt8(bitPattern: $0)) }
        case (.int16, .int(let value)): Int16(exactly: value).map { UInt64(UInt16(bitPattern: $0)) }
        case (.int32, .int(let value)), (.choice, .int(let value)):
            Int32(exactly: value).map { UInt64(UInt32(bitPattern: $0)) }
        case (.int64, .int(let value)): UInt64(bitPattern: Int64(value))
        case (.uint8, .int(let value)): UInt8(exactly: value).map(UInt64.init)
        case (.uint16, .int(let value)), (.bool, .int(let value)): UInt16(exactly: value).map(UInt64.init)
        case (.uint32, .int(let value)): UInt32(exactly: value).map(UInt64.init)
        case (.uint64, .int(let value)): UInt64(exactly: value)
        default: nil
        }
    }
}

/// A value of a parameter.
enum ParameterValue: Sendable, Equatable, CustomStringConvertible {
    case int(Int)
    case float(Double)
    case text(String)

    var int: Int? { if case .int(let value) = self { value } else { nil } }

    var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .float(let value): value
        case .text: nil
        }
    }

    var description: String {
        switch self {
        case .int(let value): "\(value)"
        case .float(let value): "\(value)"
        case .text(let value): value
        }
    }
}

/// A part of the sensor and its binning, as the library wants them: the last column and row are part of it.
struct Region: Sendable, Equatable {
    let words: [UInt16]

    /// - Parameter roi: columns and rows before binning.
    init?(left: Int, top: Int, width: Int, height: Int, h: Int, v: Int) {
        let numbers = [left, left + width - 1, h, top, top + height - 1, v].map { UInt16(exactly: $0) }
        words = numbers.compactMap(\.self)
        guard words.count == numbers.count else { return nil }
    }
}

/// The library's own data on a frame.
struct FrameInfo: Sendable {
    static let words = 6
    /// Counts from one at each start.
    let number: Int
    /// The ends and the starts of exposures, in tenths of a millisecond of the computer's clock.
    let end, begin: Int

    init(_ record: [UInt64]) {
        number = Int(Int32(truncatingIfNeeded: record[2] >> 32))
        end = Int(Int64(bitPattern: record[3]))
        begin = Int(Int64(bitPattern: record[5]))
    }
}

/// The activity of a camera after an abort.
enum AbortState: Int16, Sendable {
    case halt = 1
    /// Clears the sensor of a CCD again and again.
    case clear = 3
}
