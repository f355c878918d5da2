internal import Threads

/// Goes through a recording: takes what was sent then, and gives what came.
public final class Replay: Sendable {
    private let recording: Recording
    /// How many exchanges have taken place again.
    private let position = Lock(0)

    public init(_ recording: Recording) { self.recording = recording }

    /// Whether all of the recording has taken place again.
    public var isOver: Bool { next == nil }

    /// What was recorded next; nil at the end.
    public var next: Exchange? {
        let position = position.withLock { $0 }
        return position < recording.exchanges.count ? recording.exchanges[position] : nil
    }

    /// When the next exchange took place, in seconds since 1970, or the last one if that was it: the time that it is.
    public var time: Double {
        (next ?? recording.exchanges.last)?.time ?? 0
    }

    /// The next exchange, which has to be this one.
    ///
    /// - Parameter bytes: what is sent; nil for what is fetched.
    /// - Throws: ``RecordingError`` if another one was recorded, or none.
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
