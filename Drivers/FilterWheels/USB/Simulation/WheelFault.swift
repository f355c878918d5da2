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
