extension PickleWriter {
    mutating func put(_ integer: Int) {
        if let byte = UInt8(exactly: integer) {
            emit(.binInt1)
            out.append(byte)
        } else if let short = UInt16(exactly: integer) {
            emit(.binInt2)
            out.append(littleEndian: short)
        } else if let long = Int32(exactly: integer) {
            emit(.binInt)
            out.append(littleEndian: long)
        } else {
            // Python's measure, which spends a byte more than needed on the likes of -2^63.
            let count = (64 - integer.magnitude.leadingZeroBitCount) / 8 + 1
            emit(.long1)
            out.append(UInt8(count))
            for index in 0..<count { out.append(UInt8(truncatingIfNeeded: integer >> min(8 * index, 63))) }
        }
    }

    mutating func put(_ integer: BigInteger) throws(PickleError) {
        if let count = UInt8(exactly: integer.bytes.count) {
            emit(.long1)
            out.append(count)
        } else {
            guard let count = Int32(exactly: integer.bytes.count) else { throw .notWritable("an endless integer") }
            emit(.long4)
            out.append(littleEndian: count)
        }
        out.append(contentsOf: integer.bytes)
    }

    mutating func put(_ text: String) {
        putLength(text.utf8.count, .shortBinUnicode, .binUnicode, .binUnicode8)
        out.append(contentsOf: text.utf8)
    }

    mutating func put(_ bytes: Bytes) {
        putLength(bytes.count, .shortBinBytes, .binBytes, .binBytes8)
        out.append(bytes)
    }

    /// The instruction for something of this length, and the length.
    private mutating func putLength(_ count: Int, _ short: Opcode, _ long: Opcode, _ endless: Opcode) {
        if let count = UInt8(exactly: count) {
            emit(short)
            out.append(count)
        } else if let count = UInt32(exactly: count) {
            emit(long)
            out.append(littleEndian: count)
        } else {
            emit(endless)
            out.append(littleEndian: UInt64(count))
        }
    }
}
