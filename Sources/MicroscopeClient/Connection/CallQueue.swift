internal import Pickle
internal import Pyro
internal import Threads

/// Makes the calls of tasks to one object on threads of its own, which may block.
///
/// Each thread has a connection, since a server answers the calls of one connection one after another; so a position
/// can be read while a stage moves.
final class CallQueue: Sendable {
    private typealias Call = @Sendable (Link) -> Void

    private struct State {
        var waiting: [Call] = []
        var idle = 0
        var threads = 0
        var isClosed = false
        var hasConnected = false
    }

    private static let mostThreads = 4
    /// How long a thread beside the first one waits for another call.
    private static let idleLimit = Duration.seconds(10)

    private let state = Monitor(State())
    private let address: PyroURI
    private let options: ConnectionOptions

    init(_ address: PyroURI, _ options: ConnectionOptions) {
        self.address = address
        self.options = options
    }

    deinit { state.update { $0.isClosed = true } }

    /// Has a thread run a function with a client that is connected.
    ///
    /// A task that is cancelled does not wait for it.
    func run<Value: Sendable>(_ body: @escaping @Sendable (PyroClient) throws -> Value) async throws -> Value {
        let answer = Answer<Value>()
        add { link in
            // What nobody waits for any more is not begun.
            guard answer.isWanted else { return }
            answer.give(Result { try body(try link.connected()) })
        }
        return try await answer.value
    }

    private func add(_ call: @escaping Call) {
        let needsThread = state.update { state in
            state.waiting.append(call)
            guard state.idle < state.waiting.count, state.threads < Self.mostThreads else { return false }
            state.threads += 1
            return true
        }
        guard needsThread else { return }
        _ = BlockingThread("to \(address.object)") { [state, address, options] in
            Self.work(Link(address, options, hasConnected: state.withLock(\.hasConnected)), state)
        }
    }

    private static func work(_ link: Link, _ state: Monitor<State>) {
        while let call = next(state) {
            call(link)
            if link.hasConnected { state.withLock { $0.hasConnected = true } }
        }
    }

    /// The next call to make; nil when the thread shall end.
    private static func next(_ state: Monitor<State>) -> Call? {
        let isFirst = state.withLock { state in
            state.idle += 1
            return state.threads == 1
        }
        let call: Call?? = state.wait(within: isFirst ? nil : idleLimit) { state in
            if !state.waiting.isEmpty { return .some(state.waiting.removeFirst()) }
            return state.isClosed ? .some(nil) : nil
        }
        return state.withLock { state in
            state.idle -= 1
            if let call, let call { return call }
            // A call may have come after the wait was over.
            if !state.waiting.isEmpty { return state.waiting.removeFirst() }
            state.threads -= 1
            return nil
        }
    }
}
