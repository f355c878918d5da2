/// A numpy array of plain numbers, its elements in one stretch of memory, least significant byte first.
public struct NDArray: Sendable, Hashable {
    public let dtype: DType
    /// The number of elements along each axis; an image is (height, width).
    public let shape: [Int]
    /// The elements: the last axis runs fastest, or the first one if ``isFortranOrder``.
    public let data: Bytes
    /// Whether the first axis runs fastest in memory, as in a transposed array.
    public let isFortranOrder: Bool

    /// An array over these bytes, or nil if their number is not what the shape needs.
    public init?(_ dtype: DType, shape: [Int], data: Bytes, isFortranOrder: Bool = false) {
        guard shape.count <= 32, let size = Self.byteCount(dtype, shape), size == data.count else { return nil }
        self.dtype = dtype
        self.shape = shape
        self.data = data
        self.isFortranOrder = isFortranOrder
    }

    /// The number of bytes that the elements take, or nil if an axis is negative or the product too large.
    public static func byteCount(_ dtype: DType, _ shape: [Int]) -> Int? {
        var product = dtype.size
        for side in shape {
            guard side >= 0 else { return nil }
            let (next, overflows) = product.multipliedReportingOverflow(by: side)
            guard !overflows else { return nil }
            product = next
        }
        return product
    }

    /// The number of elements.
    public var count: Int { data.count / dtype.size }
}
