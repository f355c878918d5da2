import Devices

/// A stage whose axes arrive at once.
final class ScriptedStage: Stage {
    var isEnabled = false
    let mayMoveOnEnable = true
    let x = Axis(0...100)
    let y = Axis(-50...50)
    var axes: [(name: String, axis: any StageAxis)] { [("x", x), ("y", y)] }

    final class Axis: StageAxis {
        let limits: AxisLimits
        var position: Double
        var isMoving = false

        init(_ range: ClosedRange<Double>) {
            limits = AxisLimits(lower: range.lowerBound, upper: range.upperBound)
            position = range.lowerBound
        }

        func startMove(to position: Double) { self.position = position }
    }
}
