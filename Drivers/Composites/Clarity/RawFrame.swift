internal import Devices
internal import Pickle

/// A frame of the camera behind a Clarity, which consists of two halves.
struct RawFrame {
    let frame: Frame
    /// The sides of a half.
    let width, height: Int

    /// Throws if the frame does not have the sides of the whole sensor, or 8 or 16 bits per pixel.
    init(_ frame: Frame, halves size: (width: Int, height: Int)) throws {
        guard frame.dtype == .uint8 || frame.dtype == .uint16 else {
            throw DeviceError(
                .failed,
                "the camera's pixels are \(frame.dtype.scalarName): sections need uint8 or uint16"
            )
        }
        guard frame.width == 2 * size.width, frame.height == size.height else {
            throw DeviceError(
                .failed,
                "the camera gave an image of \(frame.width) x \(frame.height) pixels where \(2 * size.width) x "
                    + "\(size.height) were expected: nobody else may change its ROI and binning"
            )
        }
        self.frame = frame.aligned
        (width, height) = size
    }

    /// The two halves, with the reflected one flipped back.
    func halves(_ layout: HalfLayout) -> (direct: Plane, mirrored: Plane) {
        frame.dtype == .uint8 ? halves(layout, UInt8.self) : halves(layout, UInt16.self)
    }

    private func halves<Value: FixedWidthInteger & BitwiseCopyable>(
        _ layout: HalfLayout,
        _: Value.Type
    ) -> (direct: Plane, mirrored: Plane) {
        var (direct, mirrored) = (Plane(width: width, height: height), Plane(width: width, height: height))
        let (directStart, reflectedStart) = (layout.directStart(width), layout.reflectedStart(width))
        unsafe frame.pixels.withUnsafeBytes { bytes in
            let pixels = unsafe bytes.assumingMemoryBound(to: Value.self)
            for y in 0..<height {
                let row = y * frame.width
                let target = (layout.flipsRows ? height - 1 - y : y) * width
                for x in 0..<width {
                    unsafe direct.pixels[y * width + x] = Float(pixels[row + directStart + x])
                    let column = layout.flipsColumns ? width - 1 - x : x
                    unsafe mirrored.pixels[target + column] = Float(pixels[row + reflectedStart + x])
                }
            }
        }
        return (direct, mirrored)
    }

    /// The fraction of pixels that are as bright as the brightest one; a large fraction indicates saturation.
    var shareAtTop: Double {
        func share<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) -> Double {
            unsafe frame.pixels.withUnsafeBytes { bytes in
                let pixels = unsafe bytes.assumingMemoryBound(to: Value.self)
                let top = unsafe pixels.max() ?? 0
                let count = unsafe pixels.reduce(0) { $1 == top ? $0 + 1 : $0 }
                return top == 0 ? 0 : Double(count) / Double(pixels.count)
            }
        }
        return frame.dtype == .uint8 ? share(UInt8.self) : share(UInt16.self)
    }
}

extension Frame {
    /// The frame itself, or a copy if its pixels are not aligned, as in a message from another computer.
    fileprivate var aligned: Frame {
        let isAligned = unsafe pixels.withUnsafeBytes { bytes in
            UInt(bitPattern: bytes.baseAddress) % UInt(dtype.size) == 0
        }
        return isAligned ? self : Frame(width: width, height: height, dtype, pixels: Bytes(pixels.array)) ?? self
    }
}

/// The arrangement of the halves on the sensor: side by side, one of them mirrored.
public struct HalfLayout: Sendable, Hashable {
    /// The half with the transmitted light; the other one has the light that the disk reflected.
    public enum Side: String, Sendable, Decodable, CaseIterable { case left, right }
    /// The directions in which the reflected half is mirrored.
    public enum Mirror: String, Sendable, Decodable, CaseIterable { case horizontal, vertical, both, none }

    public var transmitted: Side
    public var mirror: Mirror

    public init(transmitted: Side = .left, mirror: Mirror = .horizontal) {
        (self.transmitted, self.mirror) = (transmitted, mirror)
    }

    /// The first column of the transmitted half, for halves of that width.
    func directStart(_ width: Int) -> Int { transmitted == .left ? 0 : width }
    func reflectedStart(_ width: Int) -> Int { transmitted == .left ? width : 0 }
    var flipsColumns: Bool { mirror == .horizontal || mirror == .both }
    var flipsRows: Bool { mirror == .vertical || mirror == .both }
}
