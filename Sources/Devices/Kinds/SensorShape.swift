public import Pickle

/// The size of a sensor before binning, in pixels.
public struct SensorShape: Sendable, Hashable {
    public var width, height: Int

    public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

    public var transposed: SensorShape { SensorShape(width: height, height: width) }
}

extension SensorShape: PythonConvertible {
    public init?(python value: PythonValue) {
        guard let sides = [Int](python: value), sides.count == 2 else { return nil }
        self.init(width: sides[0], height: sides[1])
    }
    public var python: PythonValue { .tuple([.int(width), .int(height)]) }
    public static var pythonName: String { "a tuple of two ints" }
}

extension SensorShape: CheckedOption {
    /// Far beyond any sensor, and small enough to count bytes with.
    private static let longest = 1 << 16

    public var flaw: String? {
        guard width > 0, height > 0 else { return "must be two positive numbers (was \([width, height]))" }
        return max(width, height) > Self.longest ? "must be sides of no more than \(Self.longest) pixels" : nil
    }
}

extension SensorShape: Decodable {
    /// From a list of width and height, as drivers' options have it.
    public init(from decoder: any Decoder) throws {
        let sides = try [Count](from: decoder)
        guard sides.count == 2 else { throw decoder.invalid("must be width and height, not \(sides.count) numbers") }
        self.init(width: sides[0].value, height: sides[1].value)
        if let flaw { throw decoder.invalid(flaw) }
    }
}
