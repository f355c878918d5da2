internal import Devices

/// The areas of a camera without full control of them, an old Neo: it has these, each in a place of its own.
enum FixedAreas {
    /// Width, height and top, left with packed pixels and with others, from one as in the vendor's manual.
    private static let table: [(width: Int, height: Int, top: Int, packedLeft: Int, left: Int)] = [
        (144, 128, 1017, 1217, 1225), (240, 256, 953, 1169, 1177), (528, 512, 825, 1025, 1033),
        (2592, 304, 929, 1, 1), (1392, 1040, 561, 593, 601), (1920, 1080, 537, 337, 337),
        (1776, 1760, 201, 401, 409), (2064, 2048, 57, 257, 265), (2544, 2160, 1, 17, 25), (2592, 2160, 1, 1, 1),
    ]

    /// The smallest one that shows all of a rectangle.
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

    /// Whether a camera has only these; a SimCam, which does not say, takes any.
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
