internal import Pickle

extension NDArray {
    /// The one element of an array as a number.
    var number: PythonValue? {
        guard count == 1 else { return nil }
        let bytes = data.array
        switch dtype.kind {
        case .bool: return .bool(bytes != [0])
        case .signed: return .integer(BigInteger(bytes: bytes))
        case .unsigned: return .integer(amount: bytes, isNegative: false)
        case .float: return .float(Self.float(bytes[...]))
        case .complex:
            let half = bytes.count / 2
            return .complex(real: Self.float(bytes.prefix(half)), imaginary: Self.float(bytes.suffix(half)))
        }
    }

    private static func float(_ bytes: ArraySlice<UInt8>) -> Double {
        let pattern = bytes.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return switch bytes.count {
        case 2: Double(Float16(bitPattern: UInt16(truncatingIfNeeded: pattern)))
        case 4: Double(Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
        default: Double(bitPattern: pattern)
        }
    }
}
