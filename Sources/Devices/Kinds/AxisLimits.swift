public import Pickle

/// How far an axis goes, in the stage's units (`microscope.AxisLimits`).
public struct AxisLimits: Sendable, Hashable {
    public var lower, upper: Double

    public init(lower: Double, upper: Double) { (self.lower, self.upper) = (lower, upper) }

    /// The nearest place that the axis reaches.
    public func clamp(_ position: Double) -> Double { min(max(position, lower), upper) }
}

extension AxisLimits: PythonNamedTuple {
    public static let pythonClass = PythonClass("microscope", "AxisLimits")
    public static let itemCount = 2
    public var items: [Double] { [lower, upper] }
    public init(items: [Double]) { self.init(lower: items[0], upper: items[1]) }
}
