internal import Pickle

extension Frame {
    /// The frame turned; itself, with no pixel copied, if there is nothing to do.
    public func transformed(by transform: Transform, pool: FramePool) -> Frame {
        guard transform != .identity else { return self }
        switch dtype.size {
        case 1: return moved(UInt8.self, by: transform, pool)
        case 2: return moved(UInt16.self, by: transform, pool)
        case 4: return moved(UInt32.self, by: transform, pool)
        default: return moved(UInt64.self, by: transform, pool)
        }
    }

    /// Copies each pixel to its new place, whatever the number in it means.
    private func moved<Pixel: BitwiseCopyable>(_: Pixel.Type, by transform: Transform, _ pool: FramePool) -> Frame {
        let steps = Steps(width: width, height: height, transform)
        let buffer = pool.buffer(byteCount: pixels.count)
        unsafe pixels.withUnsafeBytes { source in
            unsafe buffer.write { target in
                let source = unsafe source.assumingMemoryBound(to: Pixel.self)
                let target = unsafe target.assumingMemoryBound(to: Pixel.self)
                // In squares that fit the nearest cache: turning whole rows would fetch each line of memory anew.
                for top in stride(from: 0, to: steps.height, by: 64) {
                    for left in stride(from: 0, to: steps.width, by: 64) {
                        let columns = left..<min(left + 64, steps.width)
                        for row in top..<min(top + 64, steps.height) {
                            var from = steps.origin + row * steps.down + left * steps.right
                            let start = row * steps.width
                            for column in columns {
                                unsafe target[start + column] = unsafe source[from]
                                from += steps.right
                            }
                        }
                    }
                }
            }
        }
        // As many pixels as before, so the sides fit.
        return Frame(width: steps.width, height: steps.height, dtype, pixels: Bytes(buffer))!
    }
}

/// Where in the old image the pixels of the turned one come from.
private struct Steps {
    let width, height: Int
    /// The place of the first pixel, and how far it is to the one on its right and the one below.
    let origin, right, down: Int

    init(width: Int, height: Int, _ transform: Transform) {
        (self.width, self.height) = transform.rotates ? (height, width) : (width, height)
        var origin = transform.rotates ? width - 1 : 0
        var right = transform.rotates ? width : 1
        var down = transform.rotates ? -1 : width
        if transform.flipsLeftRight {
            origin += (self.width - 1) * right
            right = -right
        }
        if transform.flipsUpDown {
            origin += (self.height - 1) * down
            down = -down
        }
        (self.origin, self.right, self.down) = (origin, right, down)
    }
}
