/// A pixel that can be moved, of which only the size matters.
protocol Turnable: BitwiseCopyable, Codable, Hashable, SIMDScalar {}

extension UInt8: Turnable {}
extension UInt16: Turnable {}
extension UInt32: Turnable {}
extension UInt64: Turnable {}

/// Moves the pixels of one image to their places in another one.
@safe struct Turn<Pixel: Turnable> {
    private let source: UnsafeBufferPointer<Pixel>
    private let target: UnsafeMutableBufferPointer<Pixel>
    private let steps: TurnSteps

    /// - Parameters:
    ///   - source: all pixels of the old image, for longer than this is used.
    ///   - target: as much memory for those of the new one.
    @unsafe init(from source: UnsafeRawBufferPointer, to target: UnsafeMutableRawBufferPointer, _ steps: TurnSteps) {
        unsafe self.source = source.assumingMemoryBound(to: Pixel.self)
        unsafe self.target = target.assumingMemoryBound(to: Pixel.self)
        self.steps = steps
    }

    /// Moves pixels whose rows stay rows.
    func flip() {
        for row in 0..<steps.height {
            let (from, to) = (steps.source(row, 0), row * steps.width)
            // With a step that the compiler knows, it moves many pixels at a time.
            if steps.right == 1 {
                for column in 0..<steps.width { unsafe target[to + column] = source[from + column] }
            } else {
                for column in 0..<steps.width { unsafe target[to + column] = source[from - column] }
            }
        }
    }

    /// Moves pixels whose rows become columns.
    ///
    /// In squares of eight by eight, each read and written by rows: going down columns, one pixel at a time, fetches a
    /// line of memory for each, and takes ten times as long.
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
        let from = steps.source(isUpwards ? row + 7 : row, column)
        var square = Square<Pixel> { line in load(from + line * steps.right) }
        square.transpose()
        for line in 0..<8 {
            store(square.rows[line], (isUpwards ? row + 7 - line : row + line) * steps.width + column)
        }
    }

    private func load(_ place: Int) -> SIMD8<Pixel> {
        let bytes = unsafe UnsafeRawBufferPointer(source)
        return unsafe bytes.loadUnaligned(fromByteOffset: place * MemoryLayout<Pixel>.stride, as: SIMD8<Pixel>.self)
    }

    private func store(_ pixels: SIMD8<Pixel>, _ place: Int) {
        let bytes = unsafe UnsafeMutableRawBufferPointer(target)
        unsafe bytes.storeBytes(of: pixels, toByteOffset: place * MemoryLayout<Pixel>.stride, as: SIMD8<Pixel>.self)
    }
}

/// Eight by eight pixels, row by row.
private struct Square<Pixel: Turnable> {
    var rows: InlineArray<8, SIMD8<Pixel>>

    init(_ row: (Int) -> SIMD8<Pixel>) { rows = InlineArray { row($0) } }

    /// Makes rows of the columns, by shuffling the rows into each other three times as one does with cards.
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
