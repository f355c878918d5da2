internal import Devices
internal import SDKCameras

/// The area of the sensor that is read, in pixels before binning, and the binning.
struct Area: Sendable, Equatable {
    var roi: ROI
    var binning: Binning

    /// More than any sensor has, and small enough to be multiplied.
    private static let sides = 0...1 << 20

    /// The area that the camera is set to.
    init(_ camera: AravisCamera) throws(DeviceError) {
        let binning = Binning(
            h: try Self.factor("BinningHorizontal", camera),
            v: try Self.factor("BinningVertical", camera)
        )
        func side(_ id: FeatureID) throws(DeviceError) -> Int {
            let value = try camera.isAvailable(id) ? camera.int(id) : 0
            guard Self.sides.contains(value) else {
                throw DeviceError(.failed, "\(camera.serialNumber) reports \(id) = \(value), which is not plausible")
            }
            return value
        }
        self.binning = binning
        roi = ROI(
            left: try side("OffsetX") * binning.h,
            top: try side("OffsetY") * binning.v,
            width: try side("Width") * binning.h,
            height: try side("Height") * binning.v
        )
    }

    private static func factor(_ id: FeatureID, _ camera: AravisCamera) throws(DeviceError) -> Int {
        guard try camera.isAvailable(id) else { return 1 }
        if try camera.kind(of: id.name) == .choice { return max(1, min(64, try camera.choice(id))) }
        return max(1, min(64, try camera.int(id)))
    }

    static func sensor(of camera: AravisCamera) throws(DeviceError) -> SensorShape {
        let area = try Area(camera)
        return SensorShape(
            width: try side("SensorWidth", "WidthMax", area.binning.h, camera) ?? area.roi.left + area.roi.width,
            height: try side("SensorHeight", "HeightMax", area.binning.v, camera) ?? area.roi.top + area.roi.height
        )
    }

    /// The side of the sensor; older cameras report the largest image instead, which binning makes smaller.
    private static func side(
        _ sensor: FeatureID,
        _ largest: FeatureID,
        _ factor: Int,
        _ camera: AravisCamera
    ) throws(DeviceError) -> Int? {
        if try camera.isAvailable(sensor) {
            let value = try camera.int(sensor)
            if value > 0, sides.contains(value) { return value }
        }
        guard try camera.isAvailable(largest) else { return nil }
        let value = try camera.int(largest)
        return value > 0 && sides.contains(value) ? value * factor : nil
    }

    /// Writes the smallest area that the camera's steps allow and that contains this one; returns it.
    func write(to camera: AravisCamera) throws(DeviceError) -> Area {
        try writeBinning(binning.h, "BinningHorizontal", camera)
        try writeBinning(binning.v, "BinningVertical", camera)
        // The offsets limit the sizes.
        for id: FeatureID in ["OffsetX", "OffsetY"] {
            guard try camera.isAvailable(id), try camera.canWrite(id) else { continue }
            try camera.setInt(id, to: 0)
        }
        let step = try CameraFormat(code: camera.choice("PixelFormat"))?.pixelStep ?? 1
        let (left, width) = try Self.range(roi.left, roi.width, binning.h, "OffsetX", "Width", step, camera)
        let (top, height) = try Self.range(roi.top, roi.height, binning.v, "OffsetY", "Height", 1, camera)
        try camera.setInt("Width", to: width)
        try camera.setInt("Height", to: height)
        for (id, value) in [("OffsetX" as FeatureID, left), ("OffsetY", top)] where try camera.isAvailable(id) {
            // A camera without room to move does not let the offset be written.
            if try camera.int(id) != value { try camera.setInt(id, to: value) }
        }
        return try Area(camera)
    }

    private func writeBinning(_ factor: Int, _ id: FeatureID, _ camera: AravisCamera) throws(DeviceError) {
        guard try Self.factor(id, camera) != factor else { return }
        let isChoice = try camera.kind(of: id.name) == .choice
        let isPossible: Bool
        if isChoice {
            isPossible = try camera.choices(id).contains { $0.key == factor }
        } else {
            let isThere = try camera.isAvailable(id)
            isPossible = isThere ? try camera.intLimits(id).contains(factor) : false
        }
        guard isPossible else {
            throw DeviceError(.unsupported, "\(camera.serialNumber) has no binning \(binning.h)x\(binning.v)")
        }
        if isChoice { try camera.setChoice(id, to: factor) } else { try camera.setInt(id, to: factor) }
    }

    /// The offset and the length, in pixels of the image, by the camera's steps.
    private static func range(
        _ start: Int,
        _ length: Int,
        _ factor: Int,
        _ offset: FeatureID,
        _ size: FeatureID,
        _ pixels: Int,
        _ camera: AravisCamera
    ) throws(DeviceError) -> (Int, Int) {
        let (limits, sizeStep) = try camera.intStep(size)
        let offsetStep = try camera.isAvailable(offset) ? camera.intStep(offset).step : 1
        let step = leastMultiple(sizeStep, pixels)
        let first = start / factor / offsetStep * offsetStep
        let end = (start + length + factor - 1) / factor
        let least = max(limits.lowerBound, 1)
        let wanted = max(end - first, least)
        // The limit is that of an image at the corner.
        let most = max(least, limits.upperBound / step * step)
        let whole = min((wanted + step - 1) / step * step, most)
        return (min(first, max(0, (limits.upperBound - whole) / offsetStep * offsetStep)), whole)
    }

    private static func leastMultiple(_ one: Int, _ other: Int) -> Int {
        var (a, b) = (one, other)
        while b != 0 { (a, b) = (b, a % b) }
        return one / max(1, a) * other
    }
}

extension AravisCamera {
    /// The limits of a number and its step, bounded so that one can calculate with them.
    fileprivate func intStep(_ id: FeatureID) throws(DeviceError) -> (limits: ClosedRange<Int>, step: Int) {
        let limits = try intLimits(id)
        let step = try details(Feature(id: id, kind: .int, visibility: 3)).step
        let lower = min(max(limits.lowerBound, 0), 1 << 20)
        return (lower...max(lower, min(limits.upperBound, 1 << 20)), Int(exactly: min(max(step, 1), 65_536)) ?? 1)
    }
}
