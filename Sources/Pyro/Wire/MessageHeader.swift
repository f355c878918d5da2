/// The 24 bytes in front of every message.
struct MessageHeader: Sendable, Equatable {
    static let byteCount = 24

    var type: MessageType
    var flags: MessageFlags
    var sequence: UInt16
    /// The number of the serializer, which need not be one that is known here.
    var serializer: UInt16
    var payloadLength: Int
    var annotationsLength: Int

    private static let magic: [UInt8] = Array("PYRO".utf8)
    private static let version: UInt16 = 48
    private static let secret: UInt16 = 0x34E9

    /// Pyro's sum over the header, which wraps around as Python's does under its mask.
    private var checksum: UInt16 {
        type.rawValue &+ Self.version &+ UInt16(truncatingIfNeeded: payloadLength)
            &+ UInt16(truncatingIfNeeded: annotationsLength) &+ serializer &+ flags.rawValue &+ sequence &+ Self.secret
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    /// Appends the header to bytes, with room for what follows it.
    func write(to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + Self.byteCount + min(payloadLength, 4096) + annotationsLength)
        bytes += Self.magic
        func append(_ number: UInt16) {
            bytes.append(UInt8(number >> 8))
            bytes.append(UInt8(number & 0xFF))
        }
        append(Self.version)
        append(type.rawValue)
        append(flags.rawValue)
        append(sequence)
        let length = UInt32(truncatingIfNeeded: payloadLength)
        append(UInt16(length >> 16))
        append(UInt16(length & 0xFFFF))
        append(serializer)
        append(UInt16(truncatingIfNeeded: annotationsLength))
        append(0)
        append(checksum)
    }
}

extension MessageHeader {
    /// Whether bytes are the beginning of SSL: an alert or a greeting, of a version that all of them give as 3.
    static func isSSL(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let kind = bytes.first, let version = bytes.dropFirst().first else { return false }
        return (kind == 0x15 || kind == 0x16) && version == 3
    }

    /// Reads a header from at least 24 bytes, and refuses it if it is not Pyro's or the message too long.
    init(_ bytes: ArraySlice<UInt8>, maximumLength: Int) throws(MessageError) {
        func number(_ offset: Int) -> UInt16 {
            UInt16(bytes[bytes.startIndex + offset]) << 8 | UInt16(bytes[bytes.startIndex + offset + 1])
        }
        guard bytes.prefix(4).elementsEqual(Self.magic), number(4) == Self.version else {
            throw Self.isSSL(bytes) ? .unexpectedSSL : .notPyro
        }
        let length = Int(number(12)) << 16 | Int(number(14))
        let annotationsLength = Int(number(18))
        // Of all types, so that the sum can be checked before the type is.
        let sum =
            number(6) &+ Self.version &+ UInt16(truncatingIfNeeded: length) &+ number(18) &+ number(16) &+ number(8)
            &+ number(10) &+ Self.secret
        guard sum == number(22) else { throw .badChecksum }
        guard let type = MessageType(rawValue: number(6)) else { throw .unknownType(number(6)) }
        guard length + annotationsLength <= min(maximumLength, Int(Int32.max)) else {
            throw .tooLong(length + annotationsLength, limit: maximumLength)
        }
        self.init(
            type: type,
            flags: MessageFlags(rawValue: number(8)),
            sequence: number(10),
            serializer: number(16),
            payloadLength: length,
            annotationsLength: annotationsLength
        )
    }
}
