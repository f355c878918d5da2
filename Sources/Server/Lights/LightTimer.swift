internal import Devices
internal import Platform

/// The thread that switches lights off when their time is over.
///
/// It starts with the first light that is switched on.
final class LightTimer: Sendable {
    private struct State {
        var hosts: [DeviceHost] = []
        var changes = 0
        var isRunning = false
        var isOver = false
    }

    private let state = Lock(State())

    /// Looks at a host's lights as well, from now on: the configuration may have switched them on before.
    func add(_ host: DeviceHost) {
        state.update { state in
            state.hosts.append(host)
            state.changes += 1
        }
    }

    func remove(_ host: DeviceHost) { state.withLock { state in state.hosts.removeAll { $0 === host } } }

    /// Looks at the lights again.
    func wake() {
        let mustStart = state.update { state in
            state.changes += 1
            defer { state.isRunning = true }
            return !state.isRunning && !state.isOver
        }
        if mustStart { _ = BlockingThread.startEventually("lights") { [self] in run() } }
    }

    /// Ends the thread.
    func stop() { state.update { ($0.hosts, $0.isOver) = ([], true) } }

    private func run() {
        while true {
            let (hosts, changes, isOver) = state.withLock { ($0.hosts, $0.changes, $0.isOver) }
            if isOver { return }
            let now = ContinuousClock.now
            for host in hosts { host.enforceLightRules(now) }
            let next = hosts.compactMap { $0.nextLightEvent(now) }.min()
            let wait = next.map { max($0 - .now, .milliseconds(1)) }
            let _: Bool? = state.wait(within: wait) { $0.changes != changes || $0.isOver ? true : nil }
        }
    }
}

extension DeviceHost {
    /// When a light of this host has to be looked at next.
    fileprivate func nextLightEvent(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        lights.values.compactMap { $0.nextEvent(now) }.min()
    }

    /// Switches off the lights whose time is over, each on a thread of its own: a device that hangs delays no other.
    fileprivate func enforceLightRules(_ now: ContinuousClock.Instant) {
        for (object, light) in lights {
            for decision in light.decisions(now) {
                inParallel("light off") { [self] in
                    guard let outcome = switchOff(object, decision, of: light) else { return }
                    light.note(outcome, of: decision)
                }
            }
        }
    }
}
