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

extension AxisLimits: CheckedOption {
    public var flaw: String? {
        lower.isFinite && upper.isFinite && lower <= upper
            ? nil : "must be a lower and an upper limit (was \([lower, upper]))"
    }
}

extension AxisLimits: Decodable {
    /// From a list of the lower and the upper limit, as drivers' options have it.
    public init(from decoder: any Decoder) throws {
        let limits = try [Double](from: decoder)
        guard limits.count == 2 else { throw decoder.invalid("must be a lower and an upper limit (was \(limits))") }
        self.init(lower: limits[0], upper: limits[1])
        if let flaw { throw decoder.invalid(flaw) }
    }
}
