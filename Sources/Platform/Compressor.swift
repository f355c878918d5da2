internal import CPlatform

/// The libraries for fast compression, which are loaded if they are installed.
public enum Compressor: Int32, Sendable {
    case lz4 = 2
    case zstd = 3

    public var isAvailable: Bool { compressor_exists(rawValue) != 0 }

    /// The compressed bytes; nil if that is not shorter, or cannot be done.
    public func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > 1 else { return nil }
        let result = unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { target, count in
            count = unsafe compressor_run(rawValue, bytes, bytes.count, target.baseAddress, bytes.count - 1)
        }
        return result.isEmpty ? nil : result
    }

    /// The bytes of pixels, sorted by their place in a pixel.
    ///
    /// - Parameter size: the bytes of a pixel, at least one, of which there is a whole number.
    public static func sorted(_ pixels: UnsafeRawBufferPointer, by size: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: pixels.count) { target, count in
            let source = unsafe pixels.bindMemory(to: UInt8.self).baseAddress
            unsafe shuffle_bytes(source, target.baseAddress, pixels.count, size)
            count = pixels.count
        }
    }
}
