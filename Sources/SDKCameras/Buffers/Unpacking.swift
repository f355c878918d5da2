internal import Devices

/// Packed pixels, and pixels with color, as clients get them.
extension BorrowedMemory {
    /// Converts rows of pixels that are not laid out as clients expect.
    func unpackRows(to target: PixelBuffer, _ packing: PixelFormat.Packing, width: Int, stride: Int, rows: Int) {
        unsafe target.write { target in
            guard let bytes = unsafe memory.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
            if case .color(let color) = packing {
                guard let pixels = unsafe target.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
                for row in 0..<rows {
                    unsafe Self.brightness(bytes + row * stride, to: pixels + row * width, color, count: width)
                }
                return
            }
            guard let pixels = unsafe target.assumingMemoryBound(to: UInt16.self).baseAddress else { return }
            for row in 0..<rows {
                let (source, place) = unsafe (bytes + row * stride, pixels + row * width)
                switch packing {
                case .lowestFirst: unsafe Self.unpackTwelve(source, to: place, count: width, Twelve.lowestFirst)
                case .tenMiddleByte: unsafe Self.unpackTenMiddleByte(source, to: place, count: width)
                case .tenLowestFirst: unsafe Self.unpackTenLowestFirst(source, to: place, count: width)
                default: unsafe Self.unpackTwelve(source, to: place, count: width, Twelve.middleByte)
                }
            }
        }
    }

    /// The two ways to store two pixels of 12 bits in three bytes.
    private enum Twelve {
        case middleByte, lowestFirst

        /// Two pixels, the first one in the lower half.
        @inline(__always)
        static func pair(_ bytes: UInt32, _ way: Twelve) -> UInt32 {
            switch way {
            case .lowestFirst: bytes & 0xfff | (bytes & 0xfff000) << 4
            case .middleByte:
                (bytes & 0xff) << 4 | (bytes >> 8) & 15 | (bytes & 0xff_0000) << 4 | (bytes & 0xf000) << 4
            }
        }
    }

    /// Eight pixels at a time, in vectors: each lane of 32 bits gets the three bytes of two pixels.
    @inline(__always)
    private static func unpackTwelve(
        _ bytes: UnsafePointer<UInt8>,
        to pixels: UnsafeMutablePointer<UInt16>,
        count: Int,
        _ way: Twelve
    ) {
        let source = unsafe UnsafeRawPointer(bytes)
        let target = UnsafeMutableRawPointer(pixels)
        var pair = 0
        // The last vector reads four bytes behind its pixels, which must still be pixels of the row.
        let vectors = max(0, (count - 4) / 8)
        for vector in 0..<vectors {
            let start = vector * 12
            let lanes = SIMD4<UInt32>(
                unsafe source.loadUnaligned(fromByteOffset: start, as: UInt32.self),
                unsafe source.loadUnaligned(fromByteOffset: start + 3, as: UInt32.self),
                unsafe source.loadUnaligned(fromByteOffset: start + 6, as: UInt32.self),
                unsafe source.loadUnaligned(fromByteOffset: start + 9, as: UInt32.self)
            )
            let unpacked: SIMD4<UInt32>
            switch way {
            case .lowestFirst: unpacked = lanes & 0xfff | (lanes & 0xfff000) &<< 4
            case .middleByte:
                unpacked =
                    (lanes & 0xff) &<< 4 | (lanes &>> 8) & 15 | (lanes & 0xff_0000) &<< 4 | (lanes & 0xf000) &<< 4
            }
            unsafe target.storeBytes(of: unpacked, toByteOffset: vector * 16, as: SIMD4<UInt32>.self)
        }
        pair = vectors * 4
        while pair < count / 2 {
            let start = 3 * pair
            let three = unsafe UInt32(bytes[start]) | UInt32(bytes[start + 1]) << 8 | UInt32(bytes[start + 2]) << 16
            let two = Twelve.pair(three, way)
            unsafe pixels[2 * pair] = UInt16(truncatingIfNeeded: two)
            unsafe pixels[2 * pair + 1] = UInt16(truncatingIfNeeded: two >> 16)
            pair += 1
        }
        guard count % 2 == 1 else { return }
        let last = 3 * (count / 2)
        let two = unsafe Twelve.pair(UInt32(bytes[last]) | UInt32(bytes[last + 1]) << 8, way)
        unsafe pixels[count - 1] = UInt16(truncatingIfNeeded: two)
    }

    private static func unpackTenMiddleByte(
        _ bytes: UnsafePointer<UInt8>,
        to pixels: UnsafeMutablePointer<UInt16>,
        count: Int
    ) {
        for index in 0..<count {
            let start = 3 * (index / 2)
            let middle = unsafe UInt16(bytes[start + 1])
            let isFirst = index % 2 == 0
            unsafe pixels[index] =
                UInt16(bytes[isFirst ? start : start + 2]) << 2 | (isFirst ? middle : middle >> 4) & 3
        }
    }

    private static func unpackTenLowestFirst(
        _ bytes: UnsafePointer<UInt8>,
        to pixels: UnsafeMutablePointer<UInt16>,
        count: Int
    ) {
        for index in 0..<count {
            let (start, shift) = (index * 10 / 8, UInt16(index * 10 % 8))
            unsafe pixels[index] = (UInt16(bytes[start]) | UInt16(bytes[start + 1]) << 8) >> shift & 0x3ff
        }
    }

    private static func brightness(
        _ bytes: UnsafePointer<UInt8>,
        to pixels: UnsafeMutablePointer<UInt8>,
        _ color: PixelFormat.ColorBytes,
        count: Int
    ) {
        switch color {
        case .yuyv: for index in 0..<count { unsafe pixels[index] = bytes[2 * index] }
        case .uyvy: for index in 0..<count { unsafe pixels[index] = bytes[2 * index + 1] }
        case .rgb, .bgr:
            // 0.299, 0.587 and 0.114 in 256ths.
            let (first, third): (UInt16, UInt16) = color == .rgb ? (77, 29) : (29, 77)
            for index in 0..<count {
                let sum =
                    unsafe first * UInt16(bytes[3 * index]) + 150 * UInt16(bytes[3 * index + 1])
                    + third * UInt16(bytes[3 * index + 2])
                unsafe pixels[index] = UInt8(truncatingIfNeeded: sum >> 8)
            }
        }
    }
}
