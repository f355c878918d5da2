/// Bytes to send: short stretches, gathered as they were written, and long ones that stay where they are.
public struct Segments: Sendable {
    /// From this length on, bytes are kept as a part of their own rather than copied.
    public static let separateFrom = 4096

    private var finished: [Bytes] = []
    private var finishedCount = 0
    private var running: [UInt8] = []

    /// Nothing yet, with room for what a usual message takes.
    public init() { running.reserveCapacity(256) }

    /// Nothing yet and no room, to stand in for another one.
    init(withoutRoom: Void) {}

    /// The stretches in order.
    public var parts: [Bytes] { running.isEmpty ? finished : finished + [Bytes(running)] }

    public var byteCount: Int { finishedCount + running.count }

    public mutating func append(_ byte: UInt8) { running.append(byte) }

    public mutating func append(contentsOf bytes: some Sequence<UInt8>) { running.append(contentsOf: bytes) }

    public mutating func append(_ bytes: Bytes) {
        guard bytes.count >= Self.separateFrom else {
            unsafe bytes.withUnsafeBytes { unsafe running.append(contentsOf: $0) }
            return
        }
        if !running.isEmpty {
            finished.append(Bytes(running))
            finishedCount += running.count
            running = []
        }
        finished.append(bytes)
        finishedCount += bytes.count
    }

    public mutating func append(littleEndian value: some FixedWidthInteger) {
        for index in 0..<value.bitWidth / 8 { running.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
    }

    public mutating func append(bigEndian value: some FixedWidthInteger) { append(littleEndian: value.byteSwapped) }

    /// Everything in one stretch, which copies it.
    public func joined() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for part in parts { unsafe part.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) } }
        return bytes
    }
}
