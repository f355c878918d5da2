internal import Synchronization

/// A result that a task waits for and a thread gives.
final class Answer<Value: Sendable>: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<Value, any Error>)
        case given(Result<Value, any Error>)
        case taken
    }

    private let state = Mutex(State.open)

    /// Whether somebody may still want it.
    var isWanted: Bool {
        state.withLock { state in
            switch state {
            case .open, .awaited: true
            case .given, .taken: false
            }
        }
    }

    /// Gives the result; what is given later is not taken.
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
