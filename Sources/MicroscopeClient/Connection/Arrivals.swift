internal import Devices
public import Pickle
internal import Pyro
internal import Synchronization

/// What a device sends, as it arrives, until the task that reads it is cancelled, or ``stop()``.
///
/// A bounded number waits for a slow reader; then the oldest give way, and are counted. When the server restarts, the
/// sequence goes on with what comes then. It throws ``CallFailure`` when the device sends an error in place of data, and
/// ends with it.
public struct Arrivals<Value: Sendable>: AsyncSequence, Sendable {
    public typealias Element = Arrival<Value>

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var stream: AsyncThrowingStream<Element, any Error>.AsyncIterator

        public mutating func next() async throws -> Element? { try await stream.next() }
    }

    private let stream: AsyncThrowingStream<Element, any Error>
    private let arrived: Arrived<Value>
    private let registration: Registration

    /// Registers with a device.
    ///
    /// - Parameter convert: makes a value of a datum, nil for one that is of another kind.
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
        let sink = DataSink { data, timestamp in
            if case .exception(let exception) = data {
                continuation.finish(throwing: CallFailure(device, "", .raised(exception.readable)))
            } else if let value = convert(data) {
                arrived.add(value, timestamp)
            } else {
                let text = "sent data of type \(data.typeName), which was not expected"
                continuation.finish(throwing: CallFailure(device, "", .unexpected(text)))
            }
        }
        let registration = Registration(connection.uri, connection.options, to: sink) { error in
            continuation.finish(throwing: CallFailure(device, "set_client", CallFailure.Cause(error)))
        }
        continuation.onTermination = { _ in registration.stop() }
        self.stream = stream
        self.arrived = arrived
        self.registration = registration
        do { try await registration.ready.value } catch {
            registration.stop()
            guard !(error is CancellationError) else { throw error }
            throw CallFailure(device, "set_client", CallFailure.Cause(error))
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: stream.makeAsyncIterator()) }

    /// How many have arrived, and how many of these gave way before they were read.
    ///
    /// What was lost at the server, because the network was too slow, is counted there, in the server's log.
    public var counts: (arrived: Int, lost: Int) { arrived.counts }

    /// Has the device send no more, and returns when it knows; what has arrived can still be read.
    public func stop() async {
        registration.stop()
        await registration.end.value
        arrived.finish()
    }

    /// The next one; nil if none comes within the limit, which ends the sequence.
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

/// Numbers what arrives, in one order for all threads.
private final class Arrived<Value: Sendable>: Sendable {
    private let continuation: AsyncThrowingStream<Arrival<Value>, any Error>.Continuation
    private let state = Mutex((arrived: 0, lost: 0))

    init(_ continuation: AsyncThrowingStream<Arrival<Value>, any Error>.Continuation) {
        self.continuation = continuation
    }

    var counts: (arrived: Int, lost: Int) { state.withLock { $0 } }

    func finish() { continuation.finish() }

    func add(_ value: Value, _ timestamp: Double) {
        state.withLock { state in
            state.arrived += 1
            let arrival = Arrival(value: value, timestamp: timestamp, number: state.arrived)
            if case .dropped = continuation.yield(arrival) { state.lost += 1 }
        }
    }
}

extension PythonException {
    /// The exception with texts in place of bytes, which python-microscope makes of the texts of errors that it sends.
    fileprivate var readable: PythonException {
        let texts = arguments.map { argument -> PythonValue in
            guard case .bytes(let bytes) = argument else { return argument }
            return .str(String(decoding: bytes.array, as: UTF8.self))
        }
        return PythonException(type, texts, attributes: attributes)
    }
}

/// One datum as it arrived from a device: a camera's frame, a logger's readings.
public struct Arrival<Value: Sendable>: Sendable {
    public let value: Value
    /// When the server says that it was taken, in seconds since 1970.
    public let timestamp: Double
    /// Counts what arrived from 1; where one is missing, the reader was too slow for it.
    public let number: Int
}

extension Arrival<NDArray> {
    /// The pixels, of shape (height, width).
    public var image: NDArray { value }
}
