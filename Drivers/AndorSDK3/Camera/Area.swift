internal import Devices

/// What of the sensor is read, as the SDK has it: sides in joined pixels, and the place in pixels from one.
struct Area: Sendable, Equatable {
    var width, height: Int
    var left, top: Int
    var binning: Binning

    init(_ roi: ROI, _ binning: Binning) {
        (width, height) = roi.imageSize(binning)
        (left, top) = (roi.left + 1, roi.top + 1)
        self.binning = binning
    }

    /// What the camera is set to.
    init(_ camera: AndorCamera) throws(DeviceError) {
        width = try camera.int("AOIWidth", within: Self.sides)
        height = try camera.int("AOIHeight", within: Self.sides)
        left = try camera.int("AOILeft", within: Self.sides)
        top = try camera.int("AOITop", within: Self.sides)
        binning = try Self.binning(of: camera)
    }

    /// More than any sensor has, and little enough to be multiplied.
    static let sides = 1...1 << 20
    private static let binnings = 1...1 << 10

    /// The rectangle of the sensor, in pixels from zero.
    var roi: ROI { ROI(left: left - 1, top: top - 1, width: width * binning.h, height: height * binning.v) }

    private static func binning(of camera: AndorCamera) throws(DeviceError) -> Binning {
        if try camera.has("AOIHBin") {
            return Binning(
                h: try camera.int("AOIHBin", within: binnings),
                v: try camera.int("AOIVBin", within: binnings)
            )
        }
        let label = try camera.label("AOIBinning")
        let sides = label.split(separator: "x").compactMap { Int($0) }
        guard sides.count == 2, sides.allSatisfy(binnings.contains) else {
            throw DeviceError(.failed, "AOIBinning \(label) on \(camera.serialNumber) is no binning")
        }
        return Binning(h: sides[0], v: sides[1])
    }

    /// Sets the camera to it, in the one order that all models take.
    func write(to camera: AndorCamera) throws(DeviceError) {
        if try Area(camera).binning != binning {
            try Self.check(binning, camera)
            guard try !FixedAreas.areAll(of: camera) else {
                try Self.setBinning(binning, camera)
                return try writePlace(to: camera, binning: nil)
            }
            // One version crashed on an area that the binning does not divide; so that comes first, without binning.
            try Area(whole: self).writePlace(to: camera, binning: Binning.none)
            try Self.setBinning(binning, camera)
        }
        try writePlace(to: camera, binning: nil)
    }

    /// The same stretch of the sensor without binning.
    private init(whole area: Area) {
        self = area
        width *= area.binning.h
        height *= area.binning.v
        binning = Binning.none
    }

    /// The widest place depends on the side and the other way round, so it goes to the corner before it grows.
    private func writePlace(to camera: AndorCamera, binning: Binning?) throws(DeviceError) {
        if let binning { try Self.setBinning(binning, camera) }
        try Self.setIfWritable("AOILeft", 1, camera)
        if try camera.canWrite("VerticallyCentreAOI") { try camera.setBool("VerticallyCentreAOI", to: false) }
        try Self.setIfWritable("AOITop", 1, camera)
        try camera.setInt("AOIWidth", to: width)
        try Self.setIfWritable("AOILeft", left, camera)
        try camera.setInt("AOIHeight", to: height)
        try Self.setIfWritable("AOITop", top, camera)
    }

    private static func setIfWritable(_ feature: AndorFeature, _ value: Int, _ camera: AndorCamera) throws(DeviceError)
    {
        if try camera.canWrite(feature) { try camera.setInt(feature, to: value) }
    }

    private static func setBinning(_ binning: Binning, _ camera: AndorCamera) throws(DeviceError) {
        guard try camera.has("AOIHBin") else { return try camera.setLabel("AOIBinning", to: label(of: binning)) }
        try camera.setInt("AOIHBin", to: binning.h)
        try camera.setInt("AOIVBin", to: binning.v)
    }

    /// Throws for a binning that the camera does not have, before anything is changed for it.
    private static func check(_ binning: Binning, _ camera: AndorCamera) throws(DeviceError) {
        guard try isThere(binning, camera) else {
            throw DeviceError(.unsupported, "\(camera.serialNumber) has no binning \(label(of: binning))")
        }
    }

    private static func isThere(_ binning: Binning, _ camera: AndorCamera) throws(DeviceError) -> Bool {
        guard try camera.has("AOIHBin") else {
            return try camera.choices("AOIBinning").contains { $0.label == label(of: binning) }
        }
        let (horizontal, vertical) = (try camera.intLimits("AOIHBin"), try camera.intLimits("AOIVBin"))
        return horizontal.contains(binning.h) && vertical.contains(binning.v)
    }

    private static func label(of binning: Binning) -> String { "\(binning.h)x\(binning.v)" }
}
