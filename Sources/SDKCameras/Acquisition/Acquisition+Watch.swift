internal import Devices
internal import Platform

/// A duty of the watch.
private enum Duty { case end, look, bringBack, sleepLess }

/// Monitoring of the camera while no image is awaited: detects its loss, and reconnects a lost camera.
extension Acquisition {
    /// Starts monitoring, until ``close()``.
    public func beginWatch() throws {
        let (state, pause) = (state, options.watchPause)
        // The thread must not keep alive what it watches.
        try BlockingThread.start("camera watch") { [weak self] in
            while true {
                let duty = Self.awaitDuty(state, pause)
                guard duty != .end, let self else { return }
                gate.wait { self.perform(duty) }
            }
        }
    }

    private static func awaitDuty(_ state: Lock<AcquisitionState>, _ pause: Duration) -> Duty {
        let end = Instant.now + pause
        while true {
            let wake = min(end, state.withLock(\.nextTry) ?? end)
            let duty = state.wait(within: max(.zero, wake - .now)) { state -> Duty? in
                if state.isClosed { return .end }
                guard let nextTry = state.nextTry else { return nil }
                // A camera that has just been lost is looked for sooner.
                return nextTry <= .now ? .bringBack : nextTry < wake ? .sleepLess : nil
            }
            if let duty, duty != .sleepLess { return duty }
            if .now >= end { return .look }
        }
    }

    private func perform(_ duty: Duty) {
        let (isClosed, isBusy) = state.withLock { ($0.isClosed, $0.expectsImage) }
        guard !isClosed else { return }
        state.withLock { $0.pool?.trim(keeping: $0.bufferCount) }
        if duty == .bringBack { return tryToBringBack() }
        // A wait for an image detects the loss itself.
        if !isBusy, !isLost, !camera.isThere { noticeLoss() }
    }
}

extension AcquisitionState {
    /// The time of the next attempt to reconnect.
    fileprivate var nextTry: Instant? {
        if case .lost(let loss) = phase { loss.nextTry } else { nil }
    }
}
