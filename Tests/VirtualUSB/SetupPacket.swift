import Transports

/// The eight bytes in front of every control transfer.
struct SetupPacket {
    let request: ControlRequest
    /// How many bytes follow, or are asked for.
    let length: Int

    /// Nil if there are too few bytes.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 8 else { return nil }
        let word: (Int) -> UInt16 = { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
        request = ControlRequest(type: bytes[0], request: bytes[1], value: word(2), index: word(4))
        length = Int(word(6))
    }
}
