/// A writer of TIFF files that libtiff itself would not write: with tiles, planes and any tags.
struct MadeUpTIFF {
    struct Page {
        var width = 5, height = 3, bits = 8, samples = 1
        var photometric = 1
        var isSeparate = false
        var tile: (width: Int, height: Int)?
        var rowsPerStrip = 2
        var extraSamples: [Int] = []
        var sampleFormat = 1
        /// A smaller copy of the image.
        var isReduced = false
        /// The bytes of the pieces are missing, and their offsets are beyond the end of the file.
        var isCutShort = false
        /// The number at a position.
        var value: (_ x: Int, _ y: Int, _ sample: Int) -> Int = { x, y, sample in 1 + x + 10 * y + 40 * sample }
    }

    var isBigEndian = false
    var pages: [Page]

    var bytes: [UInt8] {
        var bytes: [UInt8] = isBigEndian ? [0x4d, 0x4d, 0, 42] : [0x49, 0x49, 42, 0]
        bytes += number(0, 4)
        var link = 4
        for page in pages { append(page, to: &bytes, linkAt: &link) }
        return bytes
    }

    private func number(_ value: Int, _ size: Int) -> [UInt8] {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        return isBigEndian ? bytes.reversed() : bytes
    }

    private func append(_ page: Page, to bytes: inout [UInt8], linkAt link: inout Int) {
        let pieces = self.pieces(page)
        var offsets: [Int] = []
        for piece in pieces {
            offsets.append(page.isCutShort ? 1 << 20 : bytes.count)
            if !page.isCutShort { bytes += piece }
        }
        let counts = pieces.map(\.count)
        var tags: [(tag: Int, values: [Int])] = [
            (254, [page.isReduced ? 1 : 0]), (256, [page.width]), (257, [page.height]),
            (258, [Int](repeating: page.bits, count: page.samples)), (259, [1]), (262, [page.photometric]),
            (277, [page.samples]), (284, [page.isSeparate ? 2 : 1]),
            (339, [Int](repeating: page.sampleFormat, count: page.samples)),
        ]
        if !page.extraSamples.isEmpty { tags.append((338, page.extraSamples)) }
        if let tile = page.tile {
            tags += [(322, [tile.width]), (323, [tile.height]), (324, offsets), (325, counts)]
        } else {
            tags += [(273, offsets), (278, [page.rowsPerStrip]), (279, counts)]
        }
        append(tags.sorted { $0.tag < $1.tag }, to: &bytes, linkAt: &link)
    }

    private func append(_ tags: [(tag: Int, values: [Int])], to bytes: inout [UInt8], linkAt link: inout Int) {
        let isLong: Set = [254, 256, 257, 273, 278, 279, 322, 323, 324, 325]
        var entries: [UInt8] = []
        for (tag, values) in tags {
            let size = isLong.contains(tag) ? 4 : 2
            var field = values.flatMap { number($0, size) }
            if field.count > 4 {
                let place = bytes.count
                bytes += field
                field = number(place, 4)
            }
            field += [UInt8](repeating: 0, count: 4 - field.count)
            entries += number(tag, 2) + number(size == 4 ? 4 : 3, 2) + number(values.count, 4) + field
        }
        if bytes.count % 2 == 1 { bytes.append(0) }
        bytes.replaceSubrange(link..<link + 4, with: number(bytes.count, 4))
        bytes += number(tags.count, 2) + entries
        link = bytes.count
        bytes += number(0, 4)
    }

    /// Strips from the top, or tiles row by row; sample after sample if the samples are separate.
    private func pieces(_ page: Page) -> [[UInt8]] {
        let samples = page.isSeparate ? (0..<page.samples).map { [$0] } : [Array(0..<page.samples)]
        let (width, height) = page.tile ?? (page.width, page.rowsPerStrip)
        return samples.flatMap { samples in
            stride(from: 0, to: page.height, by: height).flatMap { top in
                stride(from: 0, to: page.width, by: width).map { left in
                    let bottom = page.tile == nil ? min(top + height, page.height) : top + height
                    guard !page.isCutShort else {
                        let count = (bottom - top) * width * samples.count * page.bits / 8
                        return [UInt8](repeating: 0, count: count)
                    }
                    return (top..<bottom).flatMap { y in
                        (left..<left + width).flatMap { x in
                            samples.flatMap { number(page.value(x, y, $0), page.bits / 8) }
                        }
                    }
                }
            }
        }
    }
}
