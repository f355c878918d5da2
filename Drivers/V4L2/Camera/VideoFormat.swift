internal import CVideo4Linux
internal import Pickle
internal import SDKCameras

/// A code of four characters by which the kernel names a pixel format: `YUYV`.
struct FourCC: Sendable, Hashable, CustomStringConvertible {
    let code: UInt32

    init(_ code: UInt32) { self.code = code }

    /// - Parameter text: up to four characters of ASCII, filled up with spaces.
    init(_ text: String) {
        let bytes = Array(text.utf8.prefix(4)) + [UInt8](repeating: 32, count: max(0, 4 - text.utf8.count))
        code = bytes.enumerated().reduce(0) { $0 | UInt32($1.element) << UInt32(8 * $1.offset) }
    }

    /// The same format with the most significant byte first.
    var bigEndian: FourCC { FourCC(code | 1 << 31) }

    var description: String {
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: code >> UInt32(8 * $0)) & 0x7f }
        let text = String(decoding: bytes, as: UTF8.self)
        let end = text.lastIndex { $0 != " " }.map { text.index(after: $0) } ?? text.startIndex
        return text[..<end] + (code >> 31 == 1 ? "-BE" : "")
    }
}

/// A pixel format that the driver can read.
struct VideoFormat: Sendable {
    enum Layout: Sendable, Equatable {
        /// Pixels of one or two bytes, the least significant first.
        case plain
        /// Pixels of two bytes, the most significant first.
        case swapped
        /// Upper 8 bits of several pixels, then a byte with their lower bits.
        case packed(bits: Int)
        /// Brightness and colours in turn: the places of the first brightness, of blue and of red in four bytes.
        case interleaved(y: Int, u: Int, v: Int)
        /// A plane of brightness, then one of both colours in turn.
        case halfPlanar(swapsColours: Bool)
        /// A plane of brightness, then one of each colour.
        case planar(swapsColours: Bool)
        case jpeg
    }

    let code: FourCC
    let layout: Layout
    let dtype: DType
    /// Whether the pixels are a mosaic of colours.
    var isMosaic = false

    /// The format of a code; nil for one that the driver cannot read.
    static func named(_ code: FourCC) -> VideoFormat? { all.first { $0.code == code } }

    var hasColours: Bool {
        switch layout {
        case .plain, .swapped, .packed: false
        case .interleaved, .halfPlanar, .planar, .jpeg: true
        }
    }

    /// All formats (`Documentation/userspace-api/media/v4l/pixfmt.rst` of the kernel).
    static let all: [VideoFormat] =
        [VideoFormat(FourCC("GREY"), .plain, .uint8)]
        + ["Y10", "Y12", "Y14", "Y16"].map { VideoFormat(FourCC($0), .plain, .uint16) }
        + [VideoFormat(FourCC("Y16").bigEndian, .swapped, .uint16)]
        + [("Y10P", 10), ("Y12P", 12)].map { VideoFormat(FourCC($0), .packed(bits: $1), .uint16) }
        + [
            VideoFormat(FourCC("YUYV"), .interleaved(y: 0, u: 1, v: 3), .uint8),
            VideoFormat(FourCC("YVYU"), .interleaved(y: 0, u: 3, v: 1), .uint8),
            VideoFormat(FourCC("UYVY"), .interleaved(y: 1, u: 0, v: 2), .uint8),
            VideoFormat(FourCC("VYUY"), .interleaved(y: 1, u: 2, v: 0), .uint8),
            VideoFormat(FourCC("NV12"), .halfPlanar(swapsColours: false), .uint8),
            VideoFormat(FourCC("NV21"), .halfPlanar(swapsColours: true), .uint8),
            VideoFormat(FourCC("YU12"), .planar(swapsColours: false), .uint8),
            VideoFormat(FourCC("YV12"), .planar(swapsColours: true), .uint8),
            VideoFormat(FourCC("MJPG"), .jpeg, .uint8), VideoFormat(FourCC("JPEG"), .jpeg, .uint8),
        ]
        + ["BA81", "GBRG", "GRBG", "RGGB"].map { VideoFormat(FourCC($0), .plain, .uint8, isMosaic: true) }
        + [
            "BG10", "GB10", "BA10", "RG10", "BG12", "GB12", "BA12", "RG12", "BG14", "GB14", "GR14", "RG14", "BYR2",
            "GB16", "GR16", "RG16",
        ].map { VideoFormat(FourCC($0), .plain, .uint16, isMosaic: true) }
        + ["pBAA", "pGAA", "pgAA", "pRAA"].map {
            VideoFormat(FourCC($0), .packed(bits: 10), .uint16, isMosaic: true)
        }
        + ["pBCC", "pGCC", "pgCC", "pRCC"].map {
            VideoFormat(FourCC($0), .packed(bits: 12), .uint16, isMosaic: true)
        }

    private init(_ code: FourCC, _ layout: Layout, _ dtype: DType, isMosaic: Bool = false) {
        (self.code, self.layout, self.dtype, self.isMosaic) = (code, layout, dtype, isMosaic)
    }
}

/// The part of an image with colours that clients get.
enum VideoChannel: Int, Sendable, CaseIterable {
    case luma, red, green, blue
    /// Red above green above blue, in one image of three times the height.
    case rgb

    var label: String { self == .rgb ? "red, green, blue" : "\(self)" }
}
