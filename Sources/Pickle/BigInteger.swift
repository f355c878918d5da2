/// An integer too large for 64 bits, which is carried but not computed with.
public struct BigInteger: Sendable, Hashable {
    /// Two's complement, least significant byte first, no more bytes than needed, as pickles hold it.
    public let bytes: [UInt8]

    /// Bytes in two's complement, least significant first.
    ///
    /// Bytes that only repeat the sign are dropped.
    public init(bytes: some Sequence<UInt8>) {
        var bytes = Array(bytes)
        while let last = bytes.last {
            let sign = (bytes.count > 1 ? bytes[bytes.count - 2] : 0) & 0x80
            guard (last == 0 && sign == 0) || (last == 0xFF && sign != 0 && bytes.count > 1) else { break }
            bytes.removeLast()
        }
        self.bytes = bytes
    }

    public var isNegative: Bool { (bytes.last ?? 0) & 0x80 != 0 }
}
