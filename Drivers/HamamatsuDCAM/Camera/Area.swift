internal import Devices
internal import SDKCameras

/// The area of the sensor that is read, in pixels before binning, and the binning.
struct Area: Sendable, Equatable {
    var roi: ROI
    var binning: Binning

    /// More than any sensor has, and small enough to be multiplied.
    private static let sides = 0...1 << 20

    /// The area that the camera is set to.
    init(_ camera: DCAMCamera) throws(DeviceError) {
        let sensor = try Self.sensor(of: camera)
        roi = ROI(left: 0, top: 0, width: sensor.width, height: sensor.height)
        if try camera.value(ifThere: .areaMode) == HamamatsuCamera.Switch.on {
            roi = ROI(
                left: try camera.int(.left, within: Self.sides),
                top: try camera.int(.top, within: Self.sides),
                width: try camera.int(.width, within: Self.sides),
                height: try camera.int(.height, within: Self.sides)
            )
        }
        let side = try camera.value(ifThere: .binning) == nil ? 1 : try camera.int(.binning, within: 1...16)
        binning = Binning(h: side, v: side)
    }

    static func sensor(of camera: DCAMCamera) throws(DeviceError) -> SensorShape {
        if try camera.value(ifThere: .sensorWidth) != nil, try camera.value(ifThere: .sensorHeight) != nil {
            return SensorShape(
                width: try camera.int(.sensorWidth, within: sides),
                height: try camera.int(.sensorHeight, within: sides)
            )
        }
        // Older cameras do not state it.
        return SensorShape(
            width: try camera.intLimits(.width).upperBound,
            height: try camera.intLimits(.height).upperBound
        )
    }

    /// The smallest area of the camera's steps that contains a rectangle.
    static func possible(_ roi: ROI, _ camera: DCAMCamera) throws(DeviceError) -> ROI {
        let sensor = try sensor(of: camera)
        let (left, width) = try side(roi.left, roi.width, sensor.width, .left, .width, camera)
        let (top, height) = try side(roi.top, roi.height, sensor.height, .top, .height, camera)
        return ROI(left: left, top: top, width: width, height: height)
    }

    private static func side(
        _ start: Int,
        _ length: Int,
        _ sensor: Int,
        _ startID: DCAMID,
        _ lengthID: DCAMID,
        _ camera: DCAMCamera
    ) throws(DeviceError) -> (Int, Int) {
        let step = try step(startID, camera)
        let lengths = try camera.attributes(lengthID)
        let lengthStep = try self.step(lengthID, camera)
        let first = start / step * step
        let least = Int(exactly: lengths.lowest.rounded()) ?? 1
        let needed = max(start + length - first, least)
        let whole = min((needed + lengthStep - 1) / lengthStep * lengthStep, sensor)
        // At the edge of the sensor a larger area begins further to the left.
        return (min(first, max(0, (sensor - whole) / step * step)), whole)
    }

    private static func step(_ id: DCAMID, _ camera: DCAMCamera) throws(DeviceError) -> Int {
        max(1, min(1 << 16, Int(exactly: try camera.attributes(id).step.rounded()) ?? 1))
    }

    /// Writes the area to the camera.
    ///
    /// The sum of position and size is checked only while the mode is on; a size that is still large would forbid a
    /// position, so the position comes first to the corner.
    func write(to camera: DCAMCamera) throws(DeviceError) {
        guard binning.h == binning.v else {
            throw DeviceError(.unsupported, "\(camera.serialNumber) has no binning \(binning.h)x\(binning.v)")
        }
        if try Area(camera).binning != binning {
            guard try camera.choices(.binning).contains(where: { $0.key == binning.h }) else {
                throw DeviceError(.unsupported, "\(camera.serialNumber) has no binning \(binning.h)x\(binning.v)")
            }
            try camera.set(.binning, to: Double(binning.h))
        }
        try camera.set(.areaMode, to: HamamatsuCamera.Switch.off)
        let sensor = try Self.sensor(of: camera)
        guard roi != ROI(left: 0, top: 0, width: sensor.width, height: sensor.height) else { return }
        for (id, value) in [
            (DCAMID.left, 0), (.top, 0), (.width, roi.width), (.height, roi.height), (.left, roi.left), (.top, roi.top),
        ] {
            try camera.set(id, to: Double(value))
        }
        try camera.set(.areaMode, to: HamamatsuCamera.Switch.on)
    }
}
