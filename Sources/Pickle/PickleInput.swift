/// The bytes of a pickle and how far they have been read.
struct PickleInput {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var count: Int { bytes.count }
    var isAtEnd: Bool { position == bytes.endIndex }
    /// How many bytes have been read.
    var offset: Int { position - bytes.startIndex }
    /// The next byte, left where it is.
    var next: UInt8? { isAtEnd ? nil : bytes[position] }

    private var truncation: PickleError { .truncated(offset: bytes.count) }

    mutating func byte() throws(PickleError) -> UInt8 {
        guard position < bytes.endIndex else { throw truncation }
        let byte = bytes[position]
        position &+= 1
        return byte
    }

    /// An unsigned number of so many bytes, the least significant first.
    mutating func unsigned(bytes width: Int) throws(PickleError) -> UInt64 {
        guard bytes.endIndex &- position >= width else { throw truncation }
        var value: UInt64 = 0
        for index in 0..<width { value |= UInt64(bytes[position &+ index]) << UInt64(8 &* index) }
        position &+= width
        return value
    }

    /// A stretch whose length stands in so many bytes before it.
    mutating func stretch(lengthBytes width: Int) throws(PickleError) -> ArraySlice<UInt8> {
        try stretch(try unsigned(bytes: width))
    }

    /// So many bytes, which stay where they are; nothing is set aside for a length that is not there.
    mutating func stretch(_ length: UInt64) throws(PickleError) -> ArraySlice<UInt8> {
        guard length <= UInt64(bytes.endIndex &- position) else { throw truncation }
        let start = position
        position &+= Int(length)
        return bytes[start..<position]
    }

    /// The bytes up to the next line feed, which is skipped.
    mutating func line(limit: Int) throws(PickleError) -> ArraySlice<UInt8> {
        let end = min(bytes.endIndex, position &+ min(limit, bytes.count) &+ 1)
        guard let feed = bytes[position..<end].firstIndex(of: 0x0A) else {
            throw end == bytes.endIndex ? truncation : .malformed("line of more than \(limit) bytes")
        }
        defer { position = feed &+ 1 }
        return bytes[position..<feed]
    }
}
