internal import Devices

/// The pixels of an image while it is painted.
@safe struct Canvas<Value: Pixel> {
    let width, height: Int
    private let pixels: UnsafeMutableBufferPointer<Value>

    /// - Parameter memory: for as many pixels as the sides ask for, and for longer than the canvas is used.
    @unsafe init(_ memory: UnsafeMutableRawBufferPointer, width: Int, height: Int) {
        self.width = width
        self.height = height
        unsafe pixels = memory.bindMemory(to: Value.self)
    }

    /// Paints one pixel, or nothing if there is none at that place.
    func set(_ x: Int, _ y: Int, _ value: Value) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        unsafe pixels[y * width + x] = value
    }

    func fill(_ value: Value) { unsafe pixels.update(repeating: value) }

    /// Paints a row from an array, from one of its elements on.
    func copy(_ values: [Value], from start: Int, toRow y: Int) {
        let stretch = values[start..<start + width]
        _ = unsafe pixels[y * width..<(y + 1) * width].update(fromContentsOf: stretch)
    }

    /// Paints a row pixel by pixel.
    func paint(row y: Int, _ value: (Int) -> Value) {
        let start = y * width
        for x in 0..<width { unsafe pixels[start + x] = value(x) }
    }

    /// Paints all pixels, sixteen at a time.
    func paint(_ next: () -> SIMD16<Value>) {
        let bytes = unsafe UnsafeMutableRawBufferPointer(pixels)
        let step = MemoryLayout<Value>.stride * 16
        let end = bytes.count - bytes.count % step
        for offset in stride(from: 0, to: end, by: step) {
            unsafe bytes.storeBytes(of: next(), toByteOffset: offset, as: SIMD16<Value>.self)
        }
        let last = next()
        let done = end / MemoryLayout<Value>.stride
        for lane in 0..<width * height - done { unsafe pixels[done + lane] = last[lane] }
    }
}
