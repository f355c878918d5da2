/// A port at which everything happens again that was recorded of it.
public final class ReplayedByteStream: ByteStream {
    private let replay: Replay

    public init(_ recording: Recording) { replay = Replay(recording) }

    /// Whether all of the recording has taken place again.
    public var isOver: Bool { replay.isOver }

    public var isLost: Bool { false }

    public func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws(SerialError) {
        _ = try step(.out, bytes)
    }

    /// What came then; nothing if something was sent next.
    public func read(until deadline: ContinuousClock.Instant) throws(SerialError) -> [UInt8] {
        replay.next?.direction == .in ? try step(.in).bytes : []
    }

    public func discardInput() {}

    public func close() {}

    private func step(_ direction: Exchange.Direction, _ bytes: [UInt8]? = nil) throws(SerialError) -> Exchange {
        let exchange: Exchange
        do { exchange = try replay.step(direction, "", bytes) } catch { throw .lost("\(error)") }
        if let error = exchange.error { throw .lost("\(error), as recorded") }
        return exchange
    }
}
