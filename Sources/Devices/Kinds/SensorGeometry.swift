public import Pickle

/// A rectangle on the sensor (`microscope.ROI`), in sensor pixels, so that binning does not change it.
///
/// Cockpit divides its size by the binning to get the size of images.
public struct ROI: Sendable, Hashable {
    public var left, top, width, height: Int

    public init(left: Int, top: Int, width: Int, height: Int) {
        (self.left, self.top, self.width, self.height) = (left, top, width, height)
    }

    /// The size of the image of the rectangle, without binned pixels that are not complete.
    ///
    /// - Parameter binning: at least one in both directions.
    public func imageSize(_ binning: Binning) -> (width: Int, height: Int) {
        (width / binning.h, height / binning.v)
    }

    /// The same rectangle on a sensor with swapped axes.
    public var transposed: ROI { ROI(left: top, top: left, width: height, height: width) }
}

extension ROI: PythonNamedTuple {
    public static let pythonClass = PythonClass("microscope", "ROI")
    public static let itemCount = 4
    public var items: [Int?] { [left, top, width, height] }
    /// `None` for a side means all pixels, as zero does.
    public init(items: [Int?]) {
        self.init(left: items[0] ?? 0, top: items[1] ?? 0, width: items[2] ?? 0, height: items[3] ?? 0)
    }
}

/// The number of pixels that are combined into one, along the rows and the columns (`microscope.Binning`).
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
    /// Beyond any sensor, and small enough for the number of bytes not to overflow.
    private static let longest = 1 << 16

    public var flaw: String? {
        guard width > 0, height > 0 else { return "must be two positive numbers (was \([width, height]))" }
        return max(width, height) > Self.longest ? "must be at most \(Self.longest) pixels on each side" : nil
    }
}

extension SensorShape: Decodable {
    /// From a list of width and height, as in the options of drivers.
    public init(from decoder: any Decoder) throws {
        let sides = try [Count](from: decoder)
        guard sides.count == 2 else { throw decoder.invalid("must be width and height, not \(sides.count) numbers") }
        self.init(width: sides[0].value, height: sides[1].value)
        if let flaw { throw decoder.invalid(flaw) }
    }
}

/// The exposure of all rows of a sensor at once, or row after row (`microscope.ElectronicShutteringMode`, newer than
/// 0.7).
public enum ElectronicShutteringMode: Int, Sendable, CaseIterable {
    case global = 1
    case rolling
}

extension ElectronicShutteringMode: PythonEnumeration {
    public static let pythonClass = PythonClass("microscope", "ElectronicShutteringMode")
}
