public import Pickle

/// A sub-rectangle of the sensor (`microscope.ROI`), all of it in sensor pixels, so that binning does not change it.
///
/// Cockpit divides the sides by the binning to know how large images are, and so did the simulators it was made with.
public struct ROI: Sendable, Hashable {
    public var left, top, width, height: Int

    public init(left: Int, top: Int, width: Int, height: Int) {
        (self.left, self.top, self.width, self.height) = (left, top, width, height)
    }

    /// The sides of the image that the rectangle gives: joined pixels that are not complete are left out.
    ///
    /// - Parameter binning: of one pixel at least, either way.
    public func imageSize(_ binning: Binning) -> (width: Int, height: Int) {
        (width / binning.h, height / binning.v)
    }

    /// The same rectangle on a sensor whose axes have changed places.
    public var transposed: ROI { ROI(left: top, top: left, width: height, height: width) }
}

extension ROI: PythonNamedTuple {
    public static let pythonClass = PythonClass("microscope", "ROI")
    public static let itemCount = 4
    public var items: [Int?] { [left, top, width, height] }
    /// `None` for a side means all of it, as zero does.
    public init(items: [Int?]) {
        self.init(left: items[0] ?? 0, top: items[1] ?? 0, width: items[2] ?? 0, height: items[3] ?? 0)
    }
}

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

/// Whether a sensor exposes all rows at once or row after row (`microscope.ElectronicShutteringMode`, newer than 0.7).
public enum ElectronicShutteringMode: Int, Sendable, CaseIterable {
    case global = 1
    case rolling
}

extension ElectronicShutteringMode: PythonEnumeration {
    public static let pythonClass = PythonClass("microscope", "ElectronicShutteringMode")
}
