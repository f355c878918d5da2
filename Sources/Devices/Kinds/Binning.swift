public import Pickle

/// How many pixels are joined into one, along the rows and the columns (`microscope.Binning`).
public struct Binning: Sendable, Hashable {
    public var h, v: Int

    public init(h: Int, v: Int) { (self.h, self.v) = (h, v) }

    public static let none = Binning(h: 1, v: 1)

    public var transposed: Binning { Binning(h: v, v: h) }
}

extension Binning: PythonNamedTuple {
    public static let pythonClass = PythonClass("microscope", "Binning")
    public static let itemCount = 2
    public var items: [Int] { [h, v] }
    public init(items: [Int]) { self.init(h: items[0], v: items[1]) }
}
