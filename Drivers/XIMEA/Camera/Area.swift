internal import Devices
internal import SDKCameras

/// The part of the sensor that the camera reads, in pixels before binning, and the binning.
///
/// The camera counts in binned pixels, sizes and offsets in steps that it reports.
struct Area: Sendable, Equatable {
    var roi: ROI
    var binning: Binning

    /// The longest side of a sensor that is believed.
    static let sides = 1...1 << 16

    /// The area that the camera has now.
    init(_ camera: XiCamera) throws(DeviceError) {
        binning = try Self.binning(of: camera)
        roi = ROI(
            left: try camera.int("offsetX", within: 0...Self.sides.upperBound) * binning.h,
            top: try camera.int("offsetY", within: 0...Self.sides.upperBound) * binning.v,
            width: try camera.int("width", within: Self.sides) * binning.h,
            height: try camera.int("height", within: Self.sides) * binning.v
        )
    }

    private static func binning(of camera: XiCamera) throws(DeviceError) -> Binning {
        if let h = try camera.int(ifThere: "binning_horizontal"), let v = try camera.int(ifThere: "binning_vertical") {
            guard (1...64).contains(h), (1...64).contains(v) else {
                throw DeviceError(.failed, "\(camera.serialNumber) reports a binning of \(h)x\(v)")
            }
            return Binning(h: h, v: v)
        }
        guard let both = try camera.int(ifThere: "downsampling") else { return Binning(h: 1, v: 1) }
        guard (1...64).contains(both) else {
            throw DeviceError(.failed, "\(camera.serialNumber) reports downsampling = \(both)")
        }
        return Binning(h: both, v: both)
    }

    /// The whole sensor: without binning, the largest size with the area in the corner.
    static func sensor(of camera: XiCamera) throws(DeviceError) -> SensorShape {
        try setBinning(Binning(h: 1, v: 1), camera)
        for name in ["offsetX", "offsetY"] { try camera.set(name, to: 0) }
        let shape = SensorShape(
            width: try camera.int("width:max", within: sides),
            height: try camera.int("height:max", within: sides)
        )
        try camera.set("width", to: shape.width)
        try camera.set("height", to: shape.height)
        return shape
    }

    private static func setBinning(_ binning: Binning, _ camera: XiCamera) throws(DeviceError) {
        guard try Self.binning(of: camera) != binning else { return }
        if try camera.int(ifThere: "binning_horizontal") != nil {
            try camera.set("binning_horizontal", to: binning.h)
            try camera.set("binning_vertical", to: binning.v)
        } else {
            guard binning.h == binning.v else {
                throw DeviceError(.unsupported, "\(camera.serialNumber) has no binning \(binning.h)x\(binning.v)")
            }
            try camera.set("downsampling", to: binning.h)
        }
    }

    /// Writes the binning, which is refused if the camera does not have it, and the smallest area of whole steps that
    /// contains the rectangle.
    ///
    /// The area moves to the corner first, since the largest size depends on the offset and the other way round.
    func write(to camera: XiCamera) throws(DeviceError) {
        do throws(DeviceError) { try Self.setBinning(binning, camera) } catch {
            guard (error.cause as? XiStatus) == .wrongValue else { throw error }
            throw DeviceError(
                .unsupported,
                "\(camera.serialNumber) has no binning \(binning.h)x\(binning.v)",
                cause: error.cause
            )
        }
        try Self.writeSide("offsetX", "width", roi.left, roi.width, binning.h, camera)
        try Self.writeSide("offsetY", "height", roi.top, roi.height, binning.v, camera)
    }

    private static func writeSide(
        _ offset: String,
        _ size: String,
        _ start: Int,
        _ length: Int,
        _ binning: Int,
        _ camera: XiCamera
    ) throws(DeviceError) {
        try camera.set(offset, to: 0)
        let largest = try camera.int("\(size):max", within: sides)
        let step = try step(size, camera), offsetStep = try self.step(offset, camera)
        let first = start / binning / offsetStep * offsetStep
        let end = (start + length) / binning
        let least = try camera.int("\(size):min", within: 1...largest)
        let needed = max(end - first, least, 1)
        let whole = min((needed + step - 1) / step * step, largest)
        try camera.set(size, to: whole)
        // At the edge of the sensor a larger area begins further to the left.
        let room = try camera.int("\(offset):max", within: 0...sides.upperBound)
        try camera.set(offset, to: min(first, room / offsetStep * offsetStep))
    }

    private static func step(_ name: String, _ camera: XiCamera) throws(DeviceError) -> Int {
        max(1, min(1 << 12, try camera.int(ifThere: "\(name):inc") ?? 1))
    }
}
