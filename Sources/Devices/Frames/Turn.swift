/// A copy of the pixels of one image to their places in another one.
@safe struct Turn<Pixel: Turnable> {
    // Pointers rather than buffers: a check of the bounds for each pixel would prevent moving several at a time.
    private let source: UnsafePointer<Pixel>
    private let target: UnsafeMutablePointer<Pixel>
    private let steps: TurnSteps

    /// Nil for an image without pixels.
    ///
    /// - Parameters:
    ///   - source: all pixels of the old image; must outlive the copy.
    ///   - target: memory of the same size for the new image.
    @unsafe init?(from source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer, _ steps: TurnSteps) {
        guard
            let source = unsafe source.assumingMemoryBound(to: Pixel.self).baseAddress,
            let target = unsafe target.assumingMemoryBound(to: Pixel.self).baseAddress
        else { return nil }
        unsafe self.source = source
        unsafe self.target = target
        self.steps = steps
    }

    /// Moves pixels whose rows stay rows.
    func flip() {
        let width = steps.width
        for row in 0..<steps.height {
            let from = unsafe source + steps.source(row, 0)
            let to = unsafe target + row * width
            if steps.right == 1 {
                unsafe to.update(from: from, count: width)
            } else {
                for column in 0..<width { unsafe to[column] = from[-column] }
            }
        }
    }

    /// Moves pixels whose rows become columns.
    ///
    /// In squares of eight by eight, each read and written by rows: going down columns, one pixel at a time, fetches a
    /// cache line for each, and takes five times as long.
    func rotate() {
        let (wholeRows, wholeColumns) = (steps.height & ~7, steps.width & ~7)
        for row in stride(from: 0, to: wholeRows, by: 8) {
            for column in stride(from: 0, to: wholeColumns, by: 8) { rotateSquare(row, column) }
        }
        rotateSingly(rows: 0..<wholeRows, columns: wholeColumns..<steps.width)
        rotateSingly(rows: wholeRows..<steps.height, columns: 0..<steps.width)
    }

    private func rotateSingly(rows: Range<Int>, columns: Range<Int>) {
        for row in rows {
            for column in columns { unsafe target[row * steps.width + column] = source[steps.source(row, column)] }
        }
    }

    private func rotateSquare(_ row: Int, _ column: Int) {
        // A row of the old image becomes a column, from its top or from its bottom.
        let isUpwards = steps.down < 0
        let from = unsafe source + steps.source(isUpwards ? row + 7 : row, column)
        let to = unsafe target + (isUpwards ? row + 7 : row) * steps.width + column
        let below = isUpwards ? -steps.width : steps.width
        var square = Square<Pixel> { line in
            unsafe UnsafeRawPointer(from + line * steps.right).loadUnaligned(as: SIMD8<Pixel>.self)
        }
        square.transpose()
        for line in 0..<8 {
            unsafe UnsafeMutableRawPointer(to + line * below).storeBytes(of: square.rows[line], as: SIMD8<Pixel>.self)
        }
    }
}

/// Eight by eight pixels, row by row.
private struct Square<Pixel: Turnable> {
    var rows: InlineArray<8, SIMD8<Pixel>>

    init(_ row: (Int) -> SIMD8<Pixel>) { rows = InlineArray { row($0) } }

    /// Swaps rows and columns, by interleaving the rows three times.
    mutating func transpose() {
        for _ in 0..<3 {
            let old = rows
            for line in 0..<4 {
                var shuffled = SIMD16<Pixel>()
                shuffled.evenHalf = old[line]
                shuffled.oddHalf = old[line + 4]
                rows[2 * line] = shuffled.lowHalf
                rows[2 * line + 1] = shuffled.highHalf
            }
        }
    }
}

/// The mapping from the pixels of a turned image to their places in the old image.
struct TurnSteps {
    /// The size of the turned image.
    let width, height: Int
    /// The place of the first pixel, and the distances to the pixel on its right and the pixel below.
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

    /// The place in the old image of a pixel of the turned one.
    func source(_ row: Int, _ column: Int) -> Int { origin + row * down + column * right }
}

/// A pixel that can be moved; only its size matters.
protocol Turnable: BitwiseCopyable, Codable, Hashable, SIMDScalar {}

extension UInt8: Turnable {}
extension UInt16: Turnable {}
extension UInt32: Turnable {}
extension UInt64: Turnable {}
