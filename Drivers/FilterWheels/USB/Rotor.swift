/// The mechanics of a made-up wheel: where it stands, where it goes, and what can be wrong with it.
struct Rotor {
    enum Place: Equatable {
        /// Looks for its first position.
        case homing
        /// On its way, passing a position.
        case moving(past: Int)
        case standing(at: Int)
        /// Stopped by something that it cannot get past.
        case jammed(at: Int)
    }

    let count: Int
    /// From one position to the next.
    let stepTime: Duration
    let homingTime: Duration
    /// Something blocks the next move before its first step.
    var isJammed = false
    /// The next move never ends, and the wheel does not notice.
    var isSlipping = false
    /// Where it goes or stands; positions count from 0.
    private(set) var target = 0
    private var origin = 0
    private var begin: ContinuousClock.Instant
    private var isHoming = false

    init(count: Int, stepTime: Duration, homingTime: Duration, at now: ContinuousClock.Instant) {
        (self.count, self.stepTime, self.homingTime) = (max(count, 1), stepTime, homingTime)
        begin = now
    }

    /// Goes to the first position, wherever it stands.
    mutating func home(at now: ContinuousClock.Instant) {
        (origin, target, begin, isHoming) = (0, 0, now, homingTime > .zero)
    }

    /// Goes to another position, the shorter way.
    mutating func go(to position: Int, at now: ContinuousClock.Instant) {
        (origin, target, begin, isHoming) = (nearest(at: now), position, now, false)
    }

    /// Stays where it is.
    mutating func stop(at now: ContinuousClock.Instant) { go(to: nearest(at: now), at: now) }

    private func nearest(at now: ContinuousClock.Instant) -> Int {
        switch place(at: now) {
        case .homing: 0
        case .moving(let position), .standing(let position), .jammed(let position): position
        }
    }

    func place(at now: ContinuousClock.Instant) -> Place {
        if isHoming { return isSlipping || now < begin + homingTime ? .homing : .standing(at: 0) }
        guard origin != target else { return .standing(at: target) }
        if isJammed { return .jammed(at: origin) }
        let steps = min(stepsAhead, count - stepsAhead)
        guard isSlipping || now < begin + stepTime * steps else { return .standing(at: target) }
        // Where it is to stop is never only passed.
        let done = min(max(0, Int((now - begin) / stepTime)), steps - 1)
        let direction = stepsAhead <= count - stepsAhead ? 1 : -1
        return .moving(past: (origin + direction * done + count) % count)
    }

    private var stepsAhead: Int { (target - origin + count) % count }
}

/// What can be made to go wrong with a simulated wheel.
public enum WheelFault: String, Sendable, CaseIterable {
    /// Something blocks the wheel, until `repair`.
    case jam
    /// The wheel turns and turns, until `repair`.
    case slip
    /// The next answer is of bytes that mean nothing.
    case garbage
    /// The next answer is cut off after its first byte.
    case short
    /// The next answer does not come.
    case silence
    /// The next request is refused.
    case stall
    /// Everything is as it should be again.
    case repair
}

/// The faults that are to come.
struct WheelFaults {
    private var waiting: [WheelFault] = []

    mutating func add(_ fault: WheelFault, to rotor: inout Rotor) {
        switch fault {
        case .jam: rotor.isJammed = true
        case .slip: rotor.isSlipping = true
        case .garbage, .short, .silence, .stall: waiting.append(fault)
        case .repair: (rotor.isJammed, rotor.isSlipping, waiting) = (false, false, [])
        }
    }

    /// Whether the request that has come is refused.
    mutating func refusesRequest() -> Bool {
        guard waiting.first == .stall else { return false }
        waiting.removeFirst()
        return true
    }

    /// What becomes of an answer; nil if it does not come at all.
    mutating func spoil(_ answer: [UInt8]) -> [UInt8]? {
        switch waiting.first {
        case .garbage: waiting.removeFirst(); return answer.map { ~$0 }
        case .short: waiting.removeFirst(); return Array(answer.prefix(1))
        case .silence: waiting.removeFirst(); return nil
        default: return answer
        }
    }
}
