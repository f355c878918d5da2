extension FrameBuffer {
    /// Moves rows together that have bytes between them, in place.
    ///
    /// For an SDK that only states with each image how its rows are laid out.
    ///
    /// - Parameters:
    ///   - padding: the bytes behind each row.
    ///   - rowBytes: the size of a row without them.
    public func removePadding(_ padding: Int, rowBytes: Int, rows: Int) {
        guard padding > 0, rows > 1 else { return }
        let stride = rowBytes + padding
        precondition(rowBytes > 0 && stride * (rows - 1) + rowBytes <= byteCount)
        for row in 1..<rows {
            // To lower addresses, row by row; neighbours may overlap, which `copyMemory` allows.
            let source = unsafe UnsafeRawBufferPointer(rebasing: memory[row * stride..<row * stride + rowBytes])
            unsafe UnsafeMutableRawBufferPointer(rebasing: memory[(row * rowBytes)...]).copyMemory(from: source)
        }
    }
}
