/// A structure of the SDK, as bytes: fields have their offsets, and it begins with its own size.
public struct Record: Sendable {
    private var words: [UInt64]

    /// - Parameter byteCount: a multiple of eight.
    public init(byteCount: Int) {
        words = [UInt64](repeating: 0, count: byteCount / 8)
        self[int: 0] = Int32(byteCount)
    }

    /// The number at an offset, a multiple of four.
    public subscript(int offset: Int) -> Int32 {
        get { Int32(truncatingIfNeeded: words[offset / 8] >> (offset % 8 == 0 ? 0 : 32)) }
        set {
            let value = UInt64(UInt32(bitPattern: newValue))
            let word = words[offset / 8]
            words[offset / 8] =
                offset % 8 == 0 ? word & 0xFFFF_FFFF_0000_0000 | value : word & 0xFFFF_FFFF | value << 32
        }
    }

    /// The number at an offset, a multiple of eight.
    public subscript(double offset: Int) -> Double {
        get { Double(bitPattern: words[offset / 8]) }
        set { words[offset / 8] = newValue.bitPattern }
    }

    /// The address at an offset, a multiple of eight.
    public subscript(address offset: Int) -> UInt {
        get { UInt(words[offset / 8]) }
        set { words[offset / 8] = UInt64(newValue) }
    }

    /// Lends the record to a call of the SDK.
    @unsafe public mutating func lend(_ call: (UnsafeMutableRawPointer?) -> Int32) -> Int32 {
        unsafe words.withUnsafeMutableBytes { unsafe call($0.baseAddress) }
    }
}
