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
