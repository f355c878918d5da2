internal import Devices
internal import Platform
public import Transports

/// A simulated USB wheel: the protocol of one make around the mechanics that all makes share.
///
/// By default it moves as fast as a real wheel.
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

    /// The slot in front of the light, from 0; nil while the wheel moves or stands between slots.
    public var slot: Int? { state.withLock { [now] in $0.slot(at: now()) } }

    /// Causes a fault.
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

/// The properties of a simulated wheel.
public struct SimulatedWheelOptions: Sendable {
    public var serial: String?
    public var positions: Int
    public var stepTime: Duration
    public var homingTime: Duration

    public init(
        serial: String? = nil,
        positions: Int,
        stepTime: Duration = .milliseconds(250),
        homingTime: Duration = .milliseconds(500)
    ) {
        (self.serial, self.positions, self.stepTime, self.homingTime) = (serial, positions, stepTime, homingTime)
    }
}

extension SimulatedWheelOptions {
    /// The properties that a configuration asks for.
    ///
    /// - Parameter positions: the default number of positions.
    init(_ configuration: WheelConfiguration, positions: Int) {
        self.init(serial: configuration.serial, positions: min(configuration.positions?.value ?? positions, 64))
    }
}

/// The protocol of one make, as its wheel sees it.
protocol SimulatedWheelLanguage {
    var mechanics: WheelMechanics { get set }

    mutating func powerUp(at now: ContinuousClock.Instant)
    /// Handles a request to the control endpoint; nil stalls it.
    mutating func control(_ request: ControlRequest, _ bytes: [UInt8], at now: ContinuousClock.Instant) -> [UInt8]?
    /// Handles bytes that arrived at an endpoint.
    mutating func take(_ bytes: [UInt8], at now: ContinuousClock.Instant)
    /// Does what is due by now.
    mutating func pass(_ now: ContinuousClock.Instant)
    /// The slot in front of the light, from 0; nil while the wheel moves or stands between slots.
    func slot(at now: ContinuousClock.Instant) -> Int?
}

extension SimulatedWheelLanguage {
    mutating func powerUp(at now: ContinuousClock.Instant) { mechanics.powerUp(at: now) }
    mutating func control(_ request: ControlRequest, _ bytes: [UInt8], at now: ContinuousClock.Instant) -> [UInt8]? {
        nil
    }
    mutating func take(_ bytes: [UInt8], at now: ContinuousClock.Instant) {}
    mutating func pass(_ now: ContinuousClock.Instant) {}
    func slot(at now: ContinuousClock.Instant) -> Int? {
        if case .standing(let slot) = mechanics.rotor.place(at: now) { slot } else { nil }
    }
}

/// The parts that all simulated makes share: the rotor, the answers not yet fetched and the pending faults.
struct WheelMechanics {
    var rotor: Rotor
    var faults = WheelFaults()
    var answers: [[UInt8]] = []

    init(_ options: SimulatedWheelOptions, at now: ContinuousClock.Instant) {
        rotor = Rotor(
            count: options.positions,
            stepTime: options.stepTime,
            homingTime: options.homingTime,
            at: now
        )
    }

    mutating func powerUp(at now: ContinuousClock.Instant) {
        answers = []
        rotor.home(at: now)
    }

    mutating func fail(_ fault: WheelFault) { faults.add(fault, to: &rotor) }

    /// Queues an answer for the host to fetch.
    mutating func answer(_ bytes: [UInt8]) {
        // A real device has a small buffer, too.
        guard answers.count < 64, let bytes = faults.spoil(bytes) else { return }
        answers.append(bytes)
    }
}
