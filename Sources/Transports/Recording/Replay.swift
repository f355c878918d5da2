internal import Threads

/// Goes through a recording: takes what was sent then, and gives what came.
public final class Replay: Sendable {
    private let recording: Recording
    private let next = Monitor(0)

    public init(_ recording: Recording) { self.recording = recording }

    /// Whether all of the recording has taken place again.
    public var isOver: Bool { next.withLock { $0 == recording.exchanges.count } }

    /// When the next exchange took place, in seconds since 1970, or the last one if that was it: the time that it is.
    public var time: Double {
        let next = next.withLock { $0 }
        return recording.exchanges.isEmpty ? 0 : recording.exchanges[min(next, recording.exchanges.count - 1)].time
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
        try next.withLock { next throws(RecordingError) in
            let asked = "\(direction.rawValue) \(channel) | \(Hexadecimal.text(bytes ?? []))"
            guard next < recording.exchanges.count else { throw RecordingError("the recording ends before \(asked)") }
            let exchange = recording.exchanges[next]
            let isIt = exchange.direction == direction && exchange.channel == channel
            guard isIt, bytes == nil || exchange.bytes == bytes else {
                throw RecordingError("exchange \(next + 1) of the recording is \(exchange.line), not \(asked)")
            }
            next += 1
            return exchange
        }
    }
}
