/// The mechanics of a simulated wheel: its position, its moves and its mechanical faults.
struct Rotor: Codable {
    enum Place: Equatable {
        /// Homing.
        case homing
        /// Moving past a position.
        case moving(past: Int)
        case standing(at: Int)
        /// Blocked.
        case jammed(at: Int)
    }

    let count: Int
    /// The travel time from one position to the next.
    let stepTime: Duration
    let homingTime: Duration
    /// Whether the next move is blocked before its first step.
    var isJammed = false
    /// Whether the next move never ends, unnoticed by the wheel.
    var isSlipping = false
    /// The current position or the target of a move, from 0.
    private(set) var target = 0
    private var origin = 0
    private var begin: ContinuousClock.Instant
    private var isHoming = false

    init(count: Int, stepTime: Duration, homingTime: Duration, at now: ContinuousClock.Instant) {
        (self.count, self.stepTime, self.homingTime) = (max(count, 1), stepTime, homingTime)
        begin = now
    }

    /// Moves to the first position from anywhere.
    mutating func home(at now: ContinuousClock.Instant) {
        (origin, target, begin, isHoming) = (0, 0, now, homingTime > .zero)
    }

    /// Moves to another position, the shorter way round.
    mutating func go(to position: Int, at now: ContinuousClock.Instant) {
        (origin, target, begin, isHoming) = (nearest(at: now), position, now, false)
    }

    /// Stops at once.
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
        // The target is never reported as a position in passing.
        let done = min(max(0, Int((now - begin) / stepTime)), steps - 1)
        let direction = stepsAhead <= count - stepsAhead ? 1 : -1
        return .moving(past: (origin + direction * done + count) % count)
    }

    private var stepsAhead: Int { (target - origin + count) % count }
}

/// A fault that can be caused in a simulated wheel.
public enum WheelFault: String, Sendable, CaseIterable, Codable {
    /// The wheel is blocked, until `repair`.
    case jam
    /// The wheel turns endlessly, until `repair`.
    case slip
    /// The next answer is garbage.
    case garbage
    /// The next answer is cut off after its first byte.
    case short
    /// The next answer does not come.
    case silence
    /// The next request is refused.
    case stall
    /// Everything works again.
    case repair
}

/// The pending faults.
struct WheelFaults: Codable {
    private var waiting: [WheelFault] = []

    mutating func add(_ fault: WheelFault, to rotor: inout Rotor) {
        switch fault {
        case .jam: rotor.isJammed = true
        case .slip: rotor.isSlipping = true
        case .garbage, .short, .silence, .stall: waiting.append(fault)
        case .repair: (rotor.isJammed, rotor.isSlipping, waiting) = (false, false, [])
        }
    }

    /// Whether to stall the current request.
    mutating func refusesRequest() -> Bool {
        guard waiting.first == .stall else { return false }
        waiting.removeFirst()
        return true
    }

    /// Applies a pending fault to an answer; nil if the answer is lost.
    mutating func spoil(_ answer: [UInt8]) -> [UInt8]? {
        switch waiting.first {
        case .garbage: waiting.removeFirst(); return answer.map { ~$0 }
        case .short: waiting.removeFirst(); return Array(answer.prefix(1))
        case .silence: waiting.removeFirst(); return nil
        default: return answer
        }
    }
}
