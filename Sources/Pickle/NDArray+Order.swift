extension NDArray {
    /// The array whose elements are these with their bytes turned round.
    var swapped: NDArray {
        // A complex number is two numbers.
        let width = dtype.kind == .complex ? dtype.size / 2 : dtype.size
        var bytes = data.array
        var span = bytes.mutableSpan
        for start in stride(from: 0, to: span.count, by: width) {
            for index in 0..<width / 2 { span.swapAt(start + index, start + width - 1 - index) }
        }
        return replacing(shape: shape, bytes)
    }

    /// The array with its axes in this order, which must be one of their numbers, and the last running fastest again.
    func transposed(_ axes: [Int]) -> NDArray {
        let shape = axes.map { self.shape[$0] }
        guard !data.isEmpty else { return replacing(shape: shape, []) }
        var step = dtype.size
        var steps = Array(repeating: 0, count: axes.count)
        for axis in self.shape.indices.reversed() {
            steps[axis] = step
            step *= self.shape[axis]
        }
        return replacing(shape: shape, gathered(shape, axes.map { steps[$0] }))
    }

    /// The elements in order, those which are neighbours along an axis so many bytes apart.
    private func gathered(_ shape: [Int], _ steps: [Int]) -> [UInt8] {
        let source = data.array
        var bytes = Array(repeating: UInt8(0), count: source.count)
        var place = Array(repeating: 0, count: shape.count)
        var from = 0
        for to in stride(from: 0, to: bytes.count, by: dtype.size) {
            for index in 0..<dtype.size { bytes[to + index] = source[from + index] }
            for axis in shape.indices.reversed() {
                place[axis] += 1
                from += steps[axis]
                if place[axis] < shape[axis] { break }
                place[axis] = 0
                from -= steps[axis] * shape[axis]
            }
        }
        return bytes
    }

    private func replacing(shape: [Int], _ bytes: [UInt8]) -> NDArray {
        NDArray(dtype, shape: shape, data: Bytes(bytes), isFortranOrder: isFortranOrder) ?? self
    }
}
