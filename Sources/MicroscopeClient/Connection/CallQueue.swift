internal import Pickle
internal import Platform
internal import Pyro

/// A queue that makes tasks' calls to one object on its own threads, which may block.
///
/// Each thread has its own connection, because a server answers the calls of one connection in turn; this way a position
/// can be read while a stage moves.
final class CallQueue: Sendable {
    /// A function that makes a call and returns a function that hands over the result.
    private typealias Call = @Sendable (Link) -> @Sendable () -> Void

    private struct State {
        var waiting: [Call] = []
        /// The number of threads that wait for a call, or are about to.
        var idle = 0
        var threads = 0
        var isClosed = false
        var hasConnected = false
    }

    private static let mostThreads = 4

    private let state = Lock(State())
    private let address: PyroURI
    private let options: ConnectionOptions

    init(_ address: PyroURI, _ options: ConnectionOptions) {
        self.address = address
        self.options = options
    }

    deinit { state.update { $0.isClosed = true } }

    /// Runs a function with a connected client, on one of the threads.
    ///
    /// A cancelled task does not wait for it.
    func run<Value: Sendable>(_ body: @escaping @Sendable (PyroClient) throws -> Value) async throws -> Value {
        let answer = Answer<Value>()
        add { link in
            // A call that nobody waits for any longer is not started.
            guard answer.isWanted else { return {} }
            let result = Result { try body(try link.connected()) }
            return { answer.give(result) }
        }
        return try await answer.value
    }

    private func add(_ call: @escaping Call) {
        let needsThread = state.update { state in
            state.waiting.append(call)
            guard state.idle < state.waiting.count, state.threads < Self.mostThreads else { return false }
            state.threads += 1
            state.idle += 1
            return true
        }
        guard needsThread else { return }
        BlockingThread.startEventually("to \(address.object)") { [state, address, options] in
            Self.work(Link(address, options, hasConnected: state.withLock(\.hasConnected)), state)
        }
    }

    private static func work(_ link: Link, _ state: Lock<State>) {
        while let call = next(state) {
            let handOver = call(link)
            // Before the result is delivered, so that a task that makes one call after another needs only one thread.
            state.withLock { state in
                state.idle += 1
                state.hasConnected = state.hasConnected || link.hasConnected
            }
            handOver()
        }
    }

    /// The next call to make; nil when the thread must end.
    ///
    /// Connections are never closed for being idle: a server may switch light off when the connection has gone that
    /// switched it on.
    private static func next(_ state: Lock<State>) -> Call? {
        let call: Call?? = state.wait { state in
            guard !state.waiting.isEmpty else { return state.isClosed ? .some(nil) : nil }
            state.idle -= 1
            return .some(state.waiting.removeFirst())
        }
        return call ?? nil
    }
}

/// A result that a thread produces and a task waits for.
final class Answer<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, any Error>)
        case given(Result<Value, any Error>)
        case taken
    }

    private let state = Lock(State.open)

    /// Whether a task may still be waiting for it.
    var isWanted: Bool {
        state.withLock { state in
            switch state {
            case .open, .awaited: true
            case .given, .taken: false
            }
        }
    }

    /// Delivers the result; later results are ignored.
    func give(_ result: Result<Value, any Error>) {
        let waiting: CheckedContinuation<Value, any Error>? = state.withLock { state in
            switch state {
            case .open: state = .given(result)
            case .awaited(let continuation):
                state = .taken
                return continuation
            case .given, .taken: break
            }
            return nil
        }
        waiting?.resume(with: result)
    }

    /// Waits for the result, or for the waiting task to be cancelled.
    ///
    /// Called once.
    var value: Value {
        get async throws {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let given: Result<Value, any Error>? = state.withLock { state in
                        if case .given(let result) = state {
                            state = .taken
                            return result
                        }
                        state = .awaited(continuation)
                        return nil
                    }
                    if let given { continuation.resume(with: given) }
                }
            } onCancel: {
                give(.failure(CancellationError()))
            }
        }
    }
}
