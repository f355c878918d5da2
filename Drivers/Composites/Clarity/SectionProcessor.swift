internal import Devices
internal import Pickle

/// Computes sections from frames: the transmitted half minus the reflected one.
///
/// Light from the focal plane returns through the openings of the disk by which it went out. Light from elsewhere is
/// transmitted and reflected alike, so the difference is the section, and the sum the image without a disk. Wilson,
/// Juškaitis, Neil and Kozubek, "Confocal microscopy by aperture correlation", Optics Letters 21, 1879–1881 (1996);
/// Neil, Wilson and Juškaitis, "A light efficient optically sectioning microscope", Journal of Microscopy 189, 114–117
/// (1998).
struct SectionProcessor: Sendable {
    private let map: ResamplingMap
    private let layout: HalfLayout
    private let pool = FramePool()

    /// The parameters of an image.
    struct Order {
        var mode: ClarityMode
        /// In pixels of the image; clipped to it.
        var area: ROI
        /// The factor of the reflected half in the difference.
        var weight: Float
        /// The level of a pixel without light.
        var background: Float
        /// Added so that noise around zero is not clipped.
        var offset: Float
    }

    init(_ map: ResamplingMap, _ layout: HalfLayout) { (self.map, self.layout) = (map, layout) }

    var size: (width: Int, height: Int) { (map.width, map.height) }

    /// An image of the requested area, with 16 bits per pixel.
    func image(of raw: RawFrame, _ order: Order) -> Frame {
        var order = order
        order.area = clamped(order.area, width: order.mode == .halves ? 2 * map.width : map.width)
        let area = order.area
        let buffer = pool.buffer(byteCount: area.width * area.height * 2)
        unsafe buffer.write { memory in
            let target = unsafe memory.assumingMemoryBound(to: UInt16.self)
            unsafe raw.frame.pixels.withUnsafeBytes { bytes in
                if raw.frame.dtype == .uint8 {
                    unsafe fill(target, from: bytes.assumingMemoryBound(to: UInt8.self), order)
                } else {
                    unsafe fill(target, from: bytes.assumingMemoryBound(to: UInt16.self), order)
                }
            }
        }
        // The buffer has been made for these sides.
        return Frame(width: area.width, height: area.height, .uint16, pixels: Bytes(buffer))!
    }

    /// The part of an area that lies within the image.
    private func clamped(_ area: ROI, width: Int) -> ROI {
        let (left, top) = (min(max(area.left, 0), width), min(max(area.top, 0), map.height))
        return ROI(
            left: left,
            top: top,
            width: min(max(area.width, 0), width - left),
            height: min(max(area.height, 0), map.height - top)
        )
    }

    private func fill<Value: RawPixel>(
        _ target: UnsafeMutableBufferPointer<UInt16>,
        from pixels: UnsafeBufferPointer<Value>,
        _ order: Order
    ) {
        let area = order.area
        // With the halves side by side, the area may have columns of both.
        let columns = area.left..<area.left + area.width
        let direct = columns.clamped(to: 0..<map.width)
        let reflected = columns.clamped(to: map.width..<2 * map.width)
        let (first, second) = order.mixtures
        for y in 0..<area.height {
            let line = target.extracting(y * area.width..<(y + 1) * area.width)
            let row = y + area.top
            unsafe combine(row, direct, pixels, into: line.extracting(0..<direct.count), first)
            guard !reflected.isEmpty else { continue }
            let shifted = reflected.lowerBound - map.width..<reflected.upperBound - map.width
            unsafe combine(row, shifted, pixels, into: line.extracting(direct.count..<area.width), second)
        }
    }

    /// Computes a stretch of a row: each pixel of the transmitted half with its counterpart in the reflected one.
    private func combine<Value: RawPixel>(
        _ row: Int,
        _ columns: Range<Int>,
        _ pixels: UnsafeBufferPointer<Value>,
        into target: UnsafeMutableBufferPointer<UInt16>,
        _ mixture: Mixture
    ) {
        guard !columns.isEmpty, let source = pixels.baseAddress, let out = target.baseAddress else { return }
        let stride = 2 * map.width
        let direct = unsafe source + (row * stride + layout.directStart(map.width))
        unsafe map.withUnsafeRow(row) { starts, across, down, weights in
            for x in columns {
                let start = unsafe Int(starts[x])
                var value = mixture.blank
                if mixture.reflected == 0 {
                    value = unsafe mixture.direct * Float(direct[x]) + mixture.added
                } else if start >= 0 {
                    let (wx, wy) = unsafe (weights[Int(across[x])], weights[Int(down[x])])
                    let reflected = unsafe Value.weighted(source + start, stride, wx, wy)
                    value = unsafe mixture.direct * Float(direct[x]) + mixture.reflected * reflected + mixture.added
                }
                unsafe out[x &- columns.lowerBound] = UInt16(min(max(value + 0.5, 0), 65_535))
            }
        }
    }
}

/// The coefficients of a pixel from both halves.
struct Mixture {
    var direct, reflected, added: Float
    /// The level outside of the reflected half.
    var blank: Float
}

extension SectionProcessor.Order {
    /// The coefficients for the columns of the first half and of the second one, which only the mode with both halves
    /// has.
    fileprivate var mixtures: (Mixture, Mixture) {
        let second = Mixture(direct: 0, reflected: 1, added: 0, blank: 0)
        return switch mode {
        case .raw, .section:
            (
                Mixture(
                    direct: 1,
                    reflected: -weight,
                    added: offset - background + weight * background,
                    blank: offset
                ), second
            )
        case .wideField: (Mixture(direct: 1, reflected: 1, added: offset - 2 * background, blank: offset), second)
        case .halves: (Mixture(direct: 1, reflected: 0, added: 0, blank: 0), second)
        }
    }
}

/// A type of pixel of the camera.
protocol RawPixel: FixedWidthInteger, UnsignedInteger, BitwiseCopyable {
    /// The weighted sum of four by four pixels.
    ///
    /// - Parameters:
    ///   - first: the first of them, with the others behind it in memory.
    ///   - stride: the distance between rows of the frame.
    static func weighted(
        _ first: UnsafePointer<Self>,
        _ stride: Int,
        _ across: SIMD4<Float>,
        _ down: SIMD4<Float>
    ) -> Float
}

// The same code for both types, written out so that each compiles to the processor's own instructions.
extension UInt8: RawPixel {
    static func weighted(
        _ first: UnsafePointer<UInt8>,
        _ stride: Int,
        _ across: SIMD4<Float>,
        _ down: SIMD4<Float>
    ) -> Float {
        var sum = SIMD4<Float>()
        for row in 0..<4 {
            let four = unsafe UnsafeRawPointer(first + row &* stride).loadUnaligned(as: SIMD4<UInt8>.self)
            sum += SIMD4<Float>(four) * down[row]
        }
        return (sum * across).sum()
    }
}

extension UInt16: RawPixel {
    static func weighted(
        _ first: UnsafePointer<UInt16>,
        _ stride: Int,
        _ across: SIMD4<Float>,
        _ down: SIMD4<Float>
    ) -> Float {
        var sum = SIMD4<Float>()
        for row in 0..<4 {
            let four = unsafe UnsafeRawPointer(first + row &* stride).loadUnaligned(as: SIMD4<UInt16>.self)
            sum += SIMD4<Float>(four) * down[row]
        }
        return (sum * across).sum()
    }
}
