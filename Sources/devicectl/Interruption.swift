import Dispatch
import Glibc

/// Ctrl-C, as something to wait for instead of an end at once.
enum Interruption {
    /// Returns after Ctrl-C, or when the limit has passed.
    static func wait(within limit: Duration?) async throws {
        let (interruptions, continuation) = AsyncStream<Void>.makeStream()
        signal(SIGINT, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: SIGINT)
        source.setEventHandler { continuation.yield() }
        source.resume()
        defer { source.cancel() }
        try await withThrowingTaskGroup { group in
            group.addTask { for await _ in interruptions { return } }
            if let limit { group.addTask { try await Task.sleep(for: limit) } }
            try await group.next()
            group.cancelAll()
        }
    }
}
