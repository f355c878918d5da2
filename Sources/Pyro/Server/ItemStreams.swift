internal import Pickle
internal import Threads

/// The item streams that clients are going through, each by the id that the client was told.
final class ItemStreams: Sendable {
    private struct Stream {
        let source: any ItemSource
        var connection: Int
        /// When it is forgotten, if its client has gone.
        var end: ContinuousClock.Instant?
        /// When it is forgotten in any case.
        let last: ContinuousClock.Instant?

        func isOver(at now: ContinuousClock.Instant) -> Bool {
            [end, last].contains { $0.map { $0 <= now } ?? false }
        }
    }

    /// How long a stream waits for a client that has lost its connection, and how long it lasts altogether.
    private let linger: Duration
    private let lifetime: Duration?
    /// The most streams at once, so that a client that starts and forgets them costs a bounded amount.
    private static let limit = 1000

    private let streams = Monitor<[String: Stream]>([:])

    init(linger: Duration, lifetime: Duration?) { (self.linger, self.lifetime) = (linger, lifetime) }

    /// Takes an iterator and gives the id under which its items can be fetched.
    func open(_ source: any ItemSource, for connection: Int) throws -> String {
        let id = Self.newID()
        try streams.withLock { streams throws(PythonException) in
            let now = ContinuousClock.now
            streams = streams.filter { !$0.value.isOver(at: now) }
            guard streams.count < Self.limit else {
                throw PythonException.pyro("PyroError", "more than \(Self.limit) item streams are open")
            }
            streams[id] = Stream(source: source, connection: connection, last: lifetime.map { now + $0 })
        }
        return id
    }

    /// The next item, or `StopIteration` after the last one; an exception of the iterator's ends it, too.
    func next(of id: String, for connection: Int) throws -> PythonValue {
        let source = streams.withLock { streams -> (any ItemSource)? in
            if streams[id]?.isOver(at: .now) ?? false { streams[id] = nil }
            streams[id]?.connection = connection
            streams[id]?.end = nil
            return streams[id]?.source
        }
        guard let source else { throw PythonException.pyro("PyroError", "item stream terminated") }
        do {
            if let item = try source.next() { return item }
        } catch {
            close(id)
            throw error
        }
        close(id)
        throw PythonException(PythonClass("builtins", "StopIteration"), [])
    }

    func close(_ id: String) { streams.withLock { $0[id] = nil } }

    /// Keeps a lost client's streams for a while, since it may come back.
    func connectionEnded(_ connection: Int) {
        streams.withLock { streams in
            for (id, stream) in streams where stream.connection == connection && stream.end == nil {
                streams[id]?.end = .now + linger
            }
        }
    }

    /// A random UUID as text.
    private static func newID() -> String {
        var random = SystemRandomNumberGenerator()
        let digits = (0..<2).map { _ in
            let hexadecimal = String(random.next(), radix: 16)
            return String(repeating: "0", count: 16 - hexadecimal.count) + hexadecimal
        }.joined()
        var id = ""
        for (place, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(place) { id += "-" }
            id.append(place == 12 ? "4" : digit)
        }
        return id
    }
}
