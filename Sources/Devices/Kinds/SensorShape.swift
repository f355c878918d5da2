public import Pickle

/// The size of a sensor before binning, in pixels.
public struct SensorShape: Sendable, Hashable {
    public var width, height: Int

    public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

    public var transposed: SensorShape { SensorShape(width: height, height: width) }
}

extension SensorShape: PythonConvertible {
    public init?(python value: PythonValue) {
        guard let sides = value.items?.compactMap(Int.init(python:)), sides.count == 2 else { return nil }
        self.init(width: sides[0], height: sides[1])
    }
    public var python: PythonValue { .tuple([.int(width), .int(height)]) }
    public static var pythonName: String { "a tuple of two ints" }
}
