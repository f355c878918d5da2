internal import Threads

/// Where the oneway calls of one connection run, in their order, while the connection goes on reading.
final class OnewayLane: Sendable {
    private struct Calls {
        var waiting: [@Sendable () -> Void] = []
        var isClosed = false
    }

    /// The most calls that wait; then the client has to.
    private static let limit = 1000

    private let calls: Monitor<Calls>

    init(_ name: String) {
        let calls = Monitor(Calls())
        self.calls = calls
        _ = BlockingThread(name) {
            while let call = Self.next(of: calls) { call() }
        }
    }

    func run(_ call: @escaping @Sendable () -> Void) {
        let hasRoom: Bool? = calls.wait { $0.waiting.count < Self.limit || $0.isClosed ? true : nil }
        if hasRoom == true { calls.update { $0.waiting.append(call) } }
    }

    /// Lets the calls that wait run, and then ends the thread.
    func close() { calls.update { $0.isClosed = true } }

    private static func next(of calls: Monitor<Calls>) -> (@Sendable () -> Void)? {
        let call: (@Sendable () -> Void)?? = calls.wait { calls in
            if !calls.waiting.isEmpty { return .some(calls.waiting.removeFirst()) }
            return calls.isClosed ? .some(nil) : nil
        }
        // A place has become free for a client that waits for one.
        calls.update { _ in }
        return call ?? nil
    }
}
