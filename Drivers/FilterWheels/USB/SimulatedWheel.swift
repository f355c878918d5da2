internal import Devices
internal import Platform
public import Transports

/// A simulated USB wheel: the protocol of one make around the mechanics that all makes share.
///
/// By default it moves as fast as a real wheel.
public final class SimulatedWheel: SimulatedUSBDevice {
    public let description: USBDescription
    private let state: Lock<any SimulatedWheelLanguage>
    private let record = Lock(Record())
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
    public func fail(_ fault: WheelFault) { change { $0.mechanics.fail(fault) } }

    /// Starts the wheel, unless it has been on since an earlier process.
    public func powerUp() {
        guard !record.withLock({ $0.isAlreadyOn() }) else { return }
        change { [now] in $0.powerUp(at: now()) }
    }

    public func control(_ request: ControlRequest, _ bytes: [UInt8]) -> [UInt8]? {
        change { [now] state in
            guard !state.mechanics.faults.refusesRequest() else { return nil }
            return state.control(request, bytes, at: now())
        }
    }

    public func receive(_ bytes: [UInt8], at endpoint: UInt8) -> Bool {
        change { [now] state in
            guard !state.mechanics.faults.refusesRequest() else { return false }
            state.take(bytes, at: now())
            return true
        }
    }

    /// Changes the wheel, and keeps it as it is then for the next process.
    private func change<Result>(_ body: (inout any SimulatedWheelLanguage) -> Result) -> Result {
        state.withLock { state in
            let result = body(&state)
            record.withLock(\.store)(state)
            return result
        }
    }

    /// The place where the wheel is kept for the next process.
    private struct Record {
        var store: @Sendable (any SimulatedWheelLanguage) -> Void = { _ in }
        var wasOn = false

        mutating func isAlreadyOn() -> Bool {
            defer { wasOn = false }
            return wasOn
        }
    }

    /// Makes the wheel outlive its process, and puts it into the state in which an earlier one has left it.
    ///
    /// - Parameter hardware: the name of the wheel, as in ``KeptValue``.
    func keep(as hardware: String) {
        state.withLock { state in
            let (found, store) = state.kept(as: hardware)
            record.withLock { $0 = Record(store: store, wasOn: found != nil) }
            if let found { state = found }
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
public struct SimulatedWheelOptions: Sendable, Codable {
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
protocol SimulatedWheelLanguage: Codable, Sendable {
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
    /// What an earlier process has left of the wheel with this name, and how to keep it for the next one.
    fileprivate func kept(
        as name: String
    ) -> (found: (any SimulatedWheelLanguage)?, store: @Sendable (any SimulatedWheelLanguage) -> Void) {
        let record = KeptValue(name, self)
        return (record.found, { if let state = $0 as? Self { record.store(state) } })
    }

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
struct WheelMechanics: Codable {
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
