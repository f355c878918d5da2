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
    private func moved<Pixel: Turnable>(_: Pixel.Type, by transform: Transform, _ pool: FramePool) -> Frame {
        let steps = TurnSteps(width: width, height: height, transform)
        let buffer = pool.buffer(byteCount: pixels.count)
        unsafe pixels.withUnsafeBytes { source in
            unsafe buffer.write { target in
                guard let turn = unsafe Turn<Pixel>(from: source, to: target, steps) else { return }
                if transform.rotates { turn.rotate() } else { turn.flip() }
            }
        }
        // As many pixels as before, so the sides fit.
        return Frame(width: steps.width, height: steps.height, dtype, pixels: Bytes(buffer))!
    }
}
