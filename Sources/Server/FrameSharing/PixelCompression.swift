internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

/// The lossless ways in which pixels are compressed for a slow network, by their numbers on the wire.
///
/// The bytes are sorted first: the high bytes of neighbouring pixels are mostly equal.
enum PixelCompression: UInt8, Sendable, CaseIterable {
    case zlib = 1
    case lz4, zstd

    init?(name: String) {
        guard let known = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = known
    }

    var name: String { "\(self)" }

    private var library: Compressor? { Compressor(rawValue: Int32(rawValue)) }

    /// Whether its library is installed; zlib always is.
    var isAvailable: Bool { library?.isAvailable ?? true }

    static var available: [PixelCompression] { allCases.filter(\.isAvailable) }

    /// The compressed pixels; nil if that would not be shorter.
    func compressed(_ frame: Frame) -> Bytes? {
        let sorted = unsafe frame.pixels.withUnsafeBytes { unsafe Compressor.sorted($0, by: frame.dtype.size) }
        let result = library.map { $0.compressed(sorted) } ?? FastZlib.deflated(sorted)
        return result.map { Bytes($0) }
    }
}
