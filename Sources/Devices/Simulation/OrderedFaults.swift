internal import Glibc
internal import Platform

/// The faults of one simulated device: at most one at a time, which ends by itself.
///
/// A simulation below a driver, at a serial line or on a USB bus, shows them there; see ``show(below:)``. All other
/// simulations show them at the members and the data of the device.
///
/// A fault outlives the process of the device, as a pulled cable does. The exceptions are `crash`, which happens once, and
/// `hang` of a simulator, which ends with its process as a hang in a vendor's library does.
public final class OrderedFaults: Sendable {
    private let log: DeviceLog
    /// The place of the fault among all cases, from one; its beginning and end, in seconds since the computer started;
    /// whether the fault of the configuration has been ordered.
    private let hardware: SimulatedHardware
    private let state: Lock<State>
    /// Held while a change is passed to the simulation, so that changes reach it in order.
    private let shown = Lock<OrderedFault?>(nil)

    fileprivate struct State: Sendable {
        var fault: OrderedFault?
        var begin = 0.0
        var end = 0.0
        var below: [@Sendable (OrderedFault?) -> Void] = []
        /// Whether a thread waits for the beginning or the end.
        var isWatched = false
        var dice = FaultDice(1)
        /// How often the device was used while it drops.
        var uses = 0
    }

    /// - Parameters:
    ///   - name: the name of the hardware, as in ``DriverContext/hardwareName``.
    ///   - configured: a fault that begins when the device is first opened.
    public init(
        _ name: String = "",
        _ configured: FaultOrder? = nil,
        log: DeviceLog = DeviceLog(),
        folder: String? = SimulatedHardwareFolder.current
    ) {
        self.log = log
        hardware = SimulatedHardware(name.isEmpty ? "" : "\(name) fault", [0, 0, 0, 0], folder: folder)
        let kept = hardware.values
        var state = State()
        if let place = Int(exactly: kept[0]), OrderedFault.allCases.indices.contains(place - 1), kept[2] > Self.now {
            (state.fault, state.begin, state.end) = (OrderedFault.allCases[place - 1], kept[1], kept[2])
        }
        self.state = Lock(state)
        if let configured, kept[3] == 0 {
            order(configured)
        } else if state.fault != nil {
            turn()
        }
        hardware.values[3] = 1
    }

    /// Seconds since the computer started, the same for all processes, and not changed by setting the clock.
    private static var now: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    // MARK: Orders

    /// Orders a fault in place of an earlier one; nil ends it.
    public func order(_ order: FaultOrder?) {
        let now = Self.now
        log.info(order.map { "a fault was ordered: \($0)" } ?? "the ordered fault was cancelled")
        state.update { state in
            state.fault = order?.fault
            state.begin = now + (order?.delay ?? 0)
            state.end = state.begin + (order?.duration ?? 0)
        }
        keep()
        turn()
    }

    /// The fault that was ordered and has not ended, with the time that is left.
    public var current: FaultOrder? {
        let now = Self.now
        return state.withLock { state in
            guard let fault = state.fault, now < state.end else { return nil }
            return FaultOrder(fault, for: state.end - max(now, state.begin), after: max(0, state.begin - now))
        }
    }

    /// The fault at this moment.
    public var fault: OrderedFault? { state.withLock { $0.fault(at: Self.now) } }

    /// Keeps the order for the next process.
    private func keep() {
        let values = state.withLock { state -> [Double] in
            let dies = state.fault == .crash || state.fault == .hang && state.below.isEmpty
            let place = dies ? nil : state.fault.flatMap { OrderedFault.allCases.firstIndex(of: $0) }
            return [Double((place ?? -1) + 1), state.begin, state.end, 1]
        }
        hardware.values = values
    }

    // MARK: Showing them

    /// Shows the faults in a simulation that a driver talks to, and no longer at the members of the device.
    ///
    /// - Parameter show: shows a fault until the next call; nil ends it. It is called at the beginning and at the end of
    ///   each fault, from any thread.
    public func show(below show: @escaping @Sendable (OrderedFault?) -> Void) {
        state.withLock { $0.below.append(show) }
        keep()
        shown.withLock { shown in
            if let fault = shown { show(fault) }
        }
    }

    /// Whether a simulation below the driver shows the faults.
    public var areBelowDriver: Bool { state.withLock { !$0.below.isEmpty } }

    /// Shows what has begun or ended, and watches for what comes.
    private func turn() {
        let isDue = announce()
        guard isDue, state.withLock({ $0.watch() }) else { return }
        BlockingThread.startEventually("ordered fault") { [self] in
            repeat {
                let limit = state.withLock { $0.nextTurn(after: Self.now) } ?? 0
                let before = state.withLock { ($0.begin, $0.end) }
                _ = state.wait(within: .seconds(limit)) { ($0.begin, $0.end) == before ? nil : true }
            } while announce() || !state.withLock { $0.unwatch(at: Self.now) }
        }
    }

    /// - Returns: whether something is to come.
    private func announce() -> Bool {
        let (now, calls) = (Self.now, state.withLock(\.below))
        let fault = state.withLock { $0.fault(at: now) }
        shown.withLock { shown in
            guard shown != fault else { return }
            let before = shown
            shown = fault
            for show in calls { show(fault) }
            if let fault { log.warning("ordered fault: \(fault.rawValue)") }
            if before != nil, fault == nil { log.info("the ordered fault is over") }
            guard calls.isEmpty else { return }
            if fault == .unplug { log.report("unplugged, by an ordered fault") }
            if before == .unplug, fault != .unplug { log.report(nil) }
        }
        return state.withLock { $0.nextTurn(after: now) != nil }
    }

    /// Aborts this process, once.
    public func crash() -> Never {
        // The next process must not crash as well.
        state.withLock { $0.fault = nil }
        keep()
        abort()
    }

    /// Waits until a device that hangs is open: a vendor's library may not come back from that either.
    public func holdOpening() {
        if !areBelowDriver { wait(while: .hang) }
    }

    /// Waits until the present fault is another one, or for a time.
    func wait(within limit: Duration = .seconds(7200), while fault: OrderedFault) {
        let end = Self.now + limit / .seconds(1)
        while let rest = state.withLock({ $0.rest(of: fault, at: Self.now) }), Self.now < end {
            _ = state.wait(within: .seconds(min(rest, end - Self.now))) { $0.fault == fault ? nil : true }
        }
    }

    /// Whether this use of a device that drops is one of those that are lost: every second one.
    func isLost() -> Bool {
        state.withLock { state in
            state.uses &+= 1
            return state.uses % 2 == 0
        }
    }

    /// Uses the random numbers of this device.
    func roll<Result>(_ body: (inout FaultDice) -> Result) -> Result { state.withLock { body(&$0.dice) } }

    /// As many bytes with random contents.
    func garbled(_ bytes: [UInt8]) -> [UInt8] {
        roll { dice in bytes.map { _ in UInt8.random(in: .min ... .max, using: &dice) } }
    }
}

extension OrderedFaults.State {
    fileprivate func fault(at now: Double) -> OrderedFault? { begin <= now && now < end ? fault : nil }

    /// The seconds that a fault goes on; nil if it is not the present one.
    fileprivate func rest(of fault: OrderedFault, at now: Double) -> Double? {
        self.fault(at: now) == fault ? end - now : nil
    }

    /// The time until something begins or ends; nil if nothing does.
    fileprivate func nextTurn(after now: Double) -> Double? {
        guard fault != nil, now < end else { return nil }
        return max((now < begin ? begin : end) - now, 0.001)
    }

    fileprivate mutating func watch() -> Bool {
        defer { isWatched = true }
        return !isWatched
    }

    /// Ends watching if nothing is to come.
    fileprivate mutating func unwatch(at now: Double) -> Bool {
        guard nextTurn(after: now) == nil else { return false }
        isWatched = false
        return true
    }
}
