internal import Threads
public import Transports

/// A wheel that is made up: a make's language around the common mechanics.
///
/// Real ones are as fast as the facts in each make's file say; this one is that fast unless told otherwise.
public final class SimulatedWheel: SimulatedUSBDevice {
    public let description: USBDescription
    private let state: Lock<any SimulatedWheelLanguage>
    private let now: @Sendable () -> ContinuousClock.Instant

    init(
        _ description: USBDescription,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        _ language: sending any SimulatedWheelLanguage
    ) {
        self.description = description
        self.now = now
        state = Lock(language)
    }

    /// Lets something go wrong.
    public func fail(_ fault: WheelFault) { state.withLock { $0.mechanics.fail(fault) } }

    public func powerUp() { state.withLock { [now] in $0.powerUp(at: now()) } }

    public func control(_ request: ControlRequest, _ bytes: [UInt8]) -> [UInt8]? {
        state.withLock { [now] state in
            guard !state.mechanics.faults.refusesRequest() else { return nil }
            return state.control(request, bytes, at: now())
        }
    }

    public func receive(_ bytes: [UInt8], at endpoint: UInt8) -> Bool {
        state.withLock { [now] state in
            guard !state.mechanics.faults.refusesRequest() else { return false }
            state.take(bytes, at: now())
            return true
        }
    }

    public func send(from endpoint: UInt8) -> SimulatedAnswer {
        state.withLock { [now] state in
            state.pass(now())
            return state.mechanics.answers.isEmpty ? .nothing : .bytes(state.mechanics.answers.removeFirst())
        }
    }

    public func clearHalt(_ endpoint: UInt8) {}
}
