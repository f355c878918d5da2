internal import Threads

/// Looking after the camera while no image is awaited: whether it is still there, and whether a lost one is back.
extension Acquisition {
    private enum Duty { case end, look, bringBack, sleepLess }

    /// Begins to look after the camera, until ``close()``.
    func beginWatch() {
        let (state, pause) = (state, options.watchPause)
        // The thread must not keep alive what it watches.
        _ = BlockingThread("camera watch") { [weak self] in
            while true {
                let duty = Self.awaitDuty(state, pause)
                guard duty != .end, let self else { return }
                gate.wait { self.perform(duty) }
            }
        }
    }

    private static func awaitDuty(_ state: Monitor<State>, _ pause: Duration) -> Duty {
        let end = Instant.now + pause
        while true {
            let wake = min(end, state.withLock(\.nextTry) ?? end)
            let duty = state.wait(within: max(.zero, wake - .now)) { state -> Duty? in
                if state.isClosed { return .end }
                guard let nextTry = state.nextTry else { return nil }
                // A camera that was lost just now is looked for sooner.
                return nextTry <= .now ? .bringBack : nextTry < wake ? .sleepLess : nil
            }
            if let duty, duty != .sleepLess { return duty }
            if .now >= end { return .look }
        }
    }

    private func perform(_ duty: Duty) {
        let (isClosed, isBusy) = state.withLock { ($0.isClosed, $0.expectsImage) }
        guard !isClosed else { return }
        if duty == .bringBack { return tryToBringBack() }
        // A wait for an image finds out by itself.
        if !isBusy, !isLost, !camera.isThere { noticeLoss() }
    }
}

extension Acquisition.State {
    /// When a lost camera is to be looked for.
    fileprivate var nextTry: Acquisition.Instant? {
        if case .lost(let loss) = phase { loss.nextTry } else { nil }
    }
}
