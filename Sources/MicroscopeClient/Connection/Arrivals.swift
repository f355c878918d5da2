internal import Devices
public import Pickle
internal import Platform
internal import Pyro

/// The frames or readings that a device sends, as they arrive, until the reading task is cancelled or ``stop()`` is called.
///
/// A bounded number is kept for a slow reader; then the oldest are dropped and counted. The sequence continues after a
/// restart of the server. When the device sends an error in place of data, the sequence throws ``CallFailure`` and ends.
public struct Arrivals<Value: Sendable>: AsyncSequence, Sendable {
    public typealias Element = Arrival<Value>

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var stream: AsyncThrowingStream<Element, any Error>.AsyncIterator

        public mutating func next() async throws -> Element? { try await stream.next() }
    }

    private let stream: AsyncThrowingStream<Element, any Error>
    private let arrived: Arrived<Value>
    private let feed: any DataFeed

    /// Registers with a device.
    ///
    /// - Parameter convert: converts what arrives to a value; nil if it is of another type.
    init(
        from connection: PyroConnection,
        keeping capacity: Int,
        _ convert: @escaping @Sendable (PythonValue) -> Value?
    ) async throws {
        let device = connection.uri.text
        let (stream, continuation) = AsyncThrowingStream<Element, any Error>.makeStream(
            bufferingPolicy: .bufferingNewest(Swift.max(1, capacity))
        )
        let arrived = Arrived<Value>(continuation)
        let take: @Sendable (PythonValue, Double, FrameFacts?) -> Void = { data, timestamp, facts in
            if case .exception(let exception) = data {
                continuation.finish(throwing: CallFailure(device, "", .raised(exception.readable)))
            } else if let value = convert(data) {
                arrived.add(value, timestamp, facts)
            } else {
                let text = "sent data of the unexpected type \(data.typeName)"
                continuation.finish(throwing: CallFailure(device, "", .unexpected(text)))
            }
        }
        // Servers that have nothing else connect to this program.
        let subscribes = try await connection.metadata.methods.contains("frames_offer")
        let call = subscribes ? "frames_subscribe" : "set_client"
        let failed: @Sendable (any Error) -> Void = { error in
            continuation.finish(throwing: CallFailure(device, call, CallFailure.Cause(error)))
        }
        let feed: any DataFeed =
            if subscribes {
                try Subscription(connection.uri, connection.options, keeping: capacity, take: take, failed: failed)
            } else {
                Registration(connection.uri, connection.options, to: DataSink { take($0, $1, nil) }, failed: failed)
            }
        continuation.onTermination = { _ in feed.stop() }
        self.stream = stream
        self.arrived = arrived
        self.feed = feed
        do { try await feed.ready.value } catch {
            feed.stop()
            guard !(error is CancellationError) else {
                // Otherwise a program that ends now could leave its registration behind.
                await feed.end.value
                throw error
            }
            throw CallFailure(device, call, CallFailure.Cause(error))
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: stream.makeAsyncIterator()) }

    /// The number that arrived, and the number of these dropped before they were read.
    ///
    /// Frames lost at the server because the network was too slow are counted there, and in the server's log.
    public var counts: (arrived: Int, lost: Int) { arrived.counts }

    /// The way on which the data come; nil before the first connection.
    public var way: FrameWay? { feed.way }

    /// Unregisters from the device, and returns when that is done; what has arrived can still be read.
    public func stop() async {
        feed.stop()
        await feed.end.value
        arrived.finish()
    }

    /// The next frame or reading; nil if none arrives within the limit, which ends the sequence.
    public func first(within limit: Duration) async throws -> Element? {
        try await withThrowingTaskGroup(of: Element?.self) { group in
            group.addTask {
                var iterator = makeAsyncIterator()
                return try await iterator.next()
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}

/// A counter that numbers arrivals in one order for all threads.
private final class Arrived<Value: Sendable>: Sendable {
    private let continuation: AsyncThrowingStream<Arrival<Value>, any Error>.Continuation
    private let state = Lock((arrived: 0, lost: 0))

    init(_ continuation: AsyncThrowingStream<Arrival<Value>, any Error>.Continuation) {
        self.continuation = continuation
    }

    var counts: (arrived: Int, lost: Int) { state.withLock { $0 } }

    func finish() { continuation.finish() }

    func add(_ value: Value, _ timestamp: Double, _ facts: FrameFacts?) {
        state.withLock { state in
            state.arrived += 1
            let arrival = Arrival(value: value, timestamp: timestamp, number: state.arrived, facts: facts)
            if case .dropped = continuation.yield(arrival) { state.lost += 1 }
        }
    }
}

extension PythonException {
    /// The exception with texts in place of bytes: python-microscope sends the texts of errors as bytes.
    fileprivate var readable: PythonException {
        let texts = arguments.map { argument -> PythonValue in
            guard case .bytes(let bytes) = argument else { return argument }
            return .str(String(decoding: bytes.array, as: UTF8.self))
        }
        return PythonException(type, texts, attributes: attributes)
    }
}

/// A frame or a set of readings as it arrived from a device.
public struct Arrival<Value: Sendable>: Sendable {
    public let value: Value
    /// The server's time stamp, in seconds since 1970.
    public let timestamp: Double
    /// The arrival number, from 1; a missing number was dropped because the reader was too slow.
    public let number: Int
    /// The server's knowledge of it; nil from servers that have nothing but Pyro's call-back.
    public let facts: FrameFacts?
}

extension Arrival<NDArray> {
    /// The pixels, of shape (height, width).
    public var image: NDArray { value }
}
