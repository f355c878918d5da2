internal import Platform

/// A walk through a recording: expects what was sent, and returns what was received.
public final class Replay: Sendable {
    private let recording: Recording
    /// The number of exchanges replayed so far.
    private let position = Lock(0)

    public init(_ recording: Recording) { self.recording = recording }

    /// Whether all of the recording has been replayed.
    public var isOver: Bool { next == nil }

    /// The next recorded exchange; nil at the end.
    public var next: Exchange? {
        let position = position.withLock { $0 }
        return position < recording.exchanges.count ? recording.exchanges[position] : nil
    }

    /// The time of the next exchange in seconds since 1970, or of the last one at the end.
    public var time: Double {
        (next ?? recording.exchanges.last)?.time ?? 0
    }

    /// Takes the next exchange, which must be this one.
    ///
    /// - Parameter bytes: the bytes sent; nil for a read.
    /// - Throws: ``RecordingError`` if the recording has another exchange, or none.
    public func step(
        _ direction: Exchange.Direction,
        _ channel: String = "",
        _ bytes: [UInt8]? = nil
    ) throws(RecordingError) -> Exchange {
        try position.withLock { position throws(RecordingError) in
            let asked = "\(direction.rawValue) \(channel) | \(Hexadecimal.text(bytes ?? []))"
            guard position < recording.exchanges.count else {
                throw RecordingError("the recording ends before \(asked)")
            }
            let exchange = recording.exchanges[position]
            let isIt = exchange.direction == direction && exchange.channel == channel
            guard isIt, bytes == nil || exchange.bytes == bytes else {
                throw RecordingError("exchange \(position + 1) of the recording is \(exchange.line), not \(asked)")
            }
            position += 1
            return exchange
        }
    }
}
