public import Devices
internal import SDKCameras

/// The SDK's area of interest: sides in binned pixels, and the position in pixels from one.
struct Area: Sendable, Equatable {
    var width, height: Int
    var left, top: Int
    var binning: Binning

    init(_ roi: ROI, _ binning: Binning) {
        (width, height) = roi.imageSize(binning)
        (left, top) = (roi.left + 1, roi.top + 1)
        self.binning = binning
    }

    /// The area that the camera is set to.
    init(_ camera: AndorCamera) throws(DeviceError) {
        width = try camera.int("AOIWidth", within: Self.sides)
        height = try camera.int("AOIHeight", within: Self.sides)
        left = try camera.int("AOILeft", within: Self.sides)
        top = try camera.int("AOITop", within: Self.sides)
        binning = try Self.binning(of: camera)
    }

    /// More than any sensor has, and small enough to be multiplied.
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
            throw DeviceError(.failed, "AOIBinning \(label) on \(camera.serialNumber) is not a binning")
        }
        return Binning(h: sides[0], v: sides[1])
    }

    /// Writes the area to the camera, in the one order that all models accept.
    func write(to camera: AndorCamera) throws(DeviceError) {
        if try Area(camera).binning != binning {
            try Self.check(binning, camera)
            guard try !FixedAreas.areAll(of: camera) else {
                try Self.setBinning(binning, camera)
                return try writePlace(to: camera, binning: nil)
            }
            // An old version crashed on an area that the binning does not divide, so the area is written without
            // binning first.
            try Area(whole: self).writePlace(to: camera, binning: Binning.none)
            try Self.setBinning(binning, camera)
        }
        try writePlace(to: camera, binning: nil)
    }

    /// The same rectangle of the sensor without binning.
    private init(whole area: Area) {
        self = area
        width *= area.binning.h
        height *= area.binning.v
        binning = Binning.none
    }

    /// The largest left depends on the width and vice versa, so the area moves to the corner before it grows.
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

    /// Throws for a binning that the camera does not have, before anything is changed.
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

/// The ten fixed areas of an old Neo, a camera without full control of the area.
enum FixedAreas {
    /// Width, height, top, left with packed pixels, left with other pixels; from one, as in the vendor's manual.
    private static let table: [(width: Int, height: Int, top: Int, packedLeft: Int, left: Int)] = [
        (144, 128, 1017, 1217, 1225), (240, 256, 953, 1169, 1177), (528, 512, 825, 1025, 1033),
        (2592, 304, 929, 1, 1), (1392, 1040, 561, 593, 601), (1920, 1080, 537, 337, 337),
        (1776, 1760, 201, 401, 409), (2064, 2048, 57, 257, 265), (2544, 2160, 1, 17, 25), (2592, 2160, 1, 1, 1),
    ]

    /// The smallest fixed area that contains a rectangle.
    static func smallest(around roi: ROI, isPacked: Bool) -> ROI? {
        table.lazy
            .map { row in
                ROI(
                    left: (isPacked ? row.packedLeft : row.left) - 1,
                    top: row.top - 1,
                    width: row.width,
                    height: row.height
                )
            }
            .filter { $0.contains(roi) }
            .min { $0.width * $0.height < $1.width * $1.height }
    }

    /// Whether a camera has only fixed areas.
    ///
    /// A SimCam does not report it and accepts any area.
    static func areAll(of camera: AndorCamera) throws(DeviceError) -> Bool {
        guard try camera.has("FullAOIControl") else { return false }
        return try !camera.bool("FullAOIControl")
    }
}

extension ROI {
    fileprivate func contains(_ other: ROI) -> Bool {
        left <= other.left && top <= other.top && left + width >= other.left + other.width
            && top + height >= other.top + other.height
    }
}

extension AndorSDK3Camera {
    public var sensorBinning: Binning { get throws { try call { try Area($0).binning } } }

    public func setSensorBinning(_ binning: Binning) throws {
        let roi = try sensorROI
        try acquisition.whilePaused { try place(roi, binning) }
    }

    /// The ROI that a client asked for, as long as the camera reads it; the camera leaves out partial binned pixels.
    public var sensorROI: ROI {
        get throws {
            let area = try call { try Area($0) }
            if let askedROI, Area(askedROI, area.binning) == area { return askedROI }
            return area.roi
        }
    }

    public func setSensorROI(_ roi: ROI) throws -> Bool {
        try acquisition.whilePaused {
            try place(roi, try Area(camera).binning)
            return try sensorROI == roi
        }
    }

    /// Sets the area, or leaves it as it was.
    private func place(_ roi: ROI, _ binning: Binning) throws {
        let old = try Area(camera)
        do { try Area(try possible(roi), binning).write(to: camera) } catch {
            try? old.write(to: camera)
            throw error
        }
        askedROI = roi
    }

    /// The rectangle itself, or the fixed area that a camera without free choice uses instead.
    private func possible(_ roi: ROI) throws -> ROI {
        guard try FixedAreas.areAll(of: camera) else { return roi }
        let isPacked = try camera.label("PixelEncoding") == PixelEncoding.mono12Packed.rawValue
        guard let area = FixedAreas.smallest(around: roi, isPacked: isPacked) else {
            throw DeviceError(.unsupported, "\(serialNumber) has no area around \(roi)")
        }
        return area
    }
}
