/// What the camera says about an image, in blocks behind it that are read from the end.
struct Metadata: Sendable, Equatable {
    /// The clock of the camera when the exposure began.
    private(set) var ticks: UInt64?

    /// The numbers of the blocks.
    private enum Block { static let image: UInt32 = 0, timestamp: UInt32 = 1 }

    /// - Parameters:
    ///   - load: the four bytes at a place.
    ///   - loadLong: the eight bytes at a place.
    init(byteCount: Int, _ load: (Int) -> UInt32, _ loadLong: (Int) -> UInt64) {
        var end = byteCount
        // Each ends with its number and its length, which counts the number but not itself.
        while end >= 8 {
            let length = Int(load(end - 4))
            let start = end - 4 - length
            guard length >= 4, start >= 0 else { return }
            switch load(end - 8) {
            case Block.image: return
            case Block.timestamp where length >= 12: ticks = loadLong(start)
            default: break
            }
            end = start
        }
    }

    init(_ buffer: FrameBuffer) {
        self.init(
            byteCount: buffer.byteCount,
            { UInt32(littleEndian: buffer.load(at: $0, as: UInt32.self)) },
            { UInt64(littleEndian: buffer.load(at: $0, as: UInt64.self)) }
        )
    }
}
