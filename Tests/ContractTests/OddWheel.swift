import Devices

/// A filter wheel of four positions with a fault, or none.
final class OddWheel: FilterWheel {
    enum Fault {
        case stopsShort, passesOthers, sticks, startsBeyond
    }

    var isEnabled = false
    let positionCount = 4
    private let fault: Fault?
    private var target: Int
    private var start: Int
    /// How often it is still asked before it arrives.
    private var asksLeft = 0

    init(_ fault: Fault? = nil, at position: Int = 2) {
        self.fault = fault
        start = fault == .startsBeyond ? 4 : position
        target = start
    }

    var position: Int {
        guard asksLeft > 0 else { return fault == .stopsShort && target > 0 ? target - 1 : target }
        return fault == .passesOthers ? (start + 1) % 4 : start
    }

    var isMoving: Bool {
        guard asksLeft > 0 else { return false }
        asksLeft -= 1
        return true
    }

    func startMove(to position: Int) throws {
        if fault == .sticks, position == 3 { throw DeviceError(.failed, "stuck") }
        (start, target, asksLeft) = (target, position, 3)
    }
}
