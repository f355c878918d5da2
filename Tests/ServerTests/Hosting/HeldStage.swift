import Devices
import Platform

/// A stage with one axis, which moves until it is released.
final class HeldStage: Stage {
    let axis: HeldAxis
    var isEnabled = false

    init(_ hold: Lock<Bool>) { axis = HeldAxis(hold) }

    var axes: [(name: String, axis: any StageAxis)] { [("x @", axis)] }
    var mayMoveOnEnable: Bool { false }
}

/// The axis of the stage.
final class HeldAxis: StageAxis {
    private let hold: Lock<Bool>
    private var target = 0.0

    init(_ hold: Lock<Bool>) { self.hold = hold }

    var position: Double { isMoving ? -1 : target }
    var limits: AxisLimits { AxisLimits(lower: 0, upper: 10) }
    var isMoving: Bool { hold.withLock { $0 } }
    func startMove(to position: Double) { target = position }
}
