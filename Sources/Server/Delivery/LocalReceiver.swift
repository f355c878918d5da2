internal import Threads

/// Waits for one datum: `grab_next_data`.
final class LocalReceiver: DataReceiver {
    private enum State {
        case waiting
        case arrived(Delivery)
        case ended
    }

    private let state = Monitor(State.waiting)

    func offer(_ delivery: Delivery) -> Bool {
        state.update { state in
            guard case .waiting = state else { return false }
            state = .arrived(delivery)
            return true
        }
    }

    func waitForRoom(within limit: Duration) {}

    func streamEnded() {
        state.update { state in
            if case .waiting = state { state = .ended }
        }
    }

    /// The datum, or nil if none has come within the limit or none will come any more.
    func next(within limit: Duration) -> Delivery? {
        let outcome: Delivery?? = state.wait(within: limit) { state in
            switch state {
            case .waiting: nil
            case .arrived(let delivery): .some(delivery)
            case .ended: .some(nil)
            }
        }
        return outcome ?? nil
    }
}
