import Devices

/// A stage of two axes with a fault, or none.
final class OddStage: Stage {
    enum Fault {
        case returnsEarly, drags, homesUnasked, passesItsLimits, hasAxesOfOneName, isLost
    }

    var isEnabled = false
    let mayMoveOnEnable = false
    let axes: [(name: String, axis: any StageAxis)]
    private let fault: Fault?
    private let x: OddAxis, y: OddAxis

    init(_ fault: Fault? = nil) {
        self.fault = fault
        (x, y) = (OddAxis(fault), OddAxis(fault))
        if fault == .drags { x.other = y }
        axes = [("x", x), (fault == .hasAxesOfOneName ? "x" : "y", y)]
    }

    func performEnable() { if fault == .homesUnasked { x.place = 0 } }
}

/// An axis from 0 to 100, which arrives after it has been asked some times.
final class OddAxis: StageAxis {
    private let fault: OddStage.Fault?
    var place: Double
    private var target = 0.0
    private var asksLeft = 0
    weak var other: OddAxis?

    init(_ fault: OddStage.Fault?) {
        self.fault = fault
        place = fault == .isLost ? .nan : 40
    }

    // What is passed can only be seen from outside.
    var limits: AxisLimits { AxisLimits(lower: 0, upper: 100) }
    var position: Double { place }

    var isMoving: Bool {
        guard asksLeft > 0 else { return false }
        asksLeft -= 1
        if asksLeft == 0 { arrive() }
        return fault != .returnsEarly && asksLeft > 0
    }

    func startMove(to position: Double) {
        (target, asksLeft) = (position, 3)
        other?.place += 7
    }

    private func arrive() {
        place = fault == .passesItsLimits && (target == 0 || target == 100) ? target * 1.1 - 5 : target
    }
}
