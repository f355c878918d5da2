/// A numpy array of numbers, contiguous in memory, in little-endian order.
public struct NDArray: Sendable, Hashable {
    public let dtype: DType
    /// The number of elements along each axis; an image is (height, width).
    public let shape: [Int]
    /// The elements.
    ///
    /// The last axis runs fastest, or the first one if ``isFortranOrder``.
    public let data: Bytes
    /// Whether the first axis runs fastest in memory, as in a transposed array.
    public let isFortranOrder: Bool

    /// An array over these bytes, or nil if the shape needs another number of bytes.
    public init?(_ dtype: DType, shape: [Int], data: Bytes, isFortranOrder: Bool = false) {
        guard shape.count <= 32, let size = Self.byteCount(dtype, shape), size == data.count else { return nil }
        self.dtype = dtype
        self.shape = shape
        self.data = data
        self.isFortranOrder = isFortranOrder
    }

    /// The number of bytes of the elements, or nil if an axis is negative or the product overflows.
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

extension NDArray {
    /// The array with the bytes of each element reversed.
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

    /// The array with its axes in this order, stored with the last axis running fastest.
    ///
    /// - Parameter axes: a permutation of the axes' numbers.
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

    /// Copies the elements in the order of the shape; `steps` holds the distance in bytes between neighbours of each axis.
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

/// The type of an array's elements: numbers of a known size in little-endian order.
public struct DType: Sendable, Hashable {
    public enum Kind: UInt8, Sendable {
        case bool = 0x62, signed = 0x69, unsigned = 0x75, float = 0x66, complex = 0x63
    }

    public let kind: Kind
    /// Bytes per element.
    public let size: Int

    private init(_ kind: Kind, _ size: Int) {
        self.kind = kind
        self.size = size
    }

    /// The type with this kind and size, or nil if numpy has no such type.
    public init?(kind: Kind, size: Int) {
        let known =
            switch kind {
            case .bool: size == 1
            case .signed, .unsigned: [1, 2, 4, 8].contains(size)
            case .float: [2, 4, 8].contains(size)
            case .complex: [8, 16].contains(size)
            }
        guard known else { return nil }
        self.init(kind, size)
    }

    public static let bool = DType(.bool, 1)
    public static let uint8 = DType(.unsigned, 1)
    public static let uint16 = DType(.unsigned, 2)
    public static let uint32 = DType(.unsigned, 4)
    public static let uint64 = DType(.unsigned, 8)
    public static let int8 = DType(.signed, 1)
    public static let int16 = DType(.signed, 2)
    public static let int32 = DType(.signed, 4)
    public static let int64 = DType(.signed, 8)
    public static let float32 = DType(.float, 4)
    public static let float64 = DType(.float, 8)

    /// numpy's code for the type: `<u2`, `|u1`.
    public var code: String {
        "\(size == 1 ? "|" : "<")\(Character(UnicodeScalar(kind.rawValue)))\(size)"
    }

    /// The name of numpy's scalar class: `uint16`.
    public var scalarName: String {
        switch kind {
        case .bool: "bool"
        case .signed: "int\(size * 8)"
        case .unsigned: "uint\(size * 8)"
        case .float: "float\(size * 8)"
        case .complex: "complex\(size * 8)"
        }
    }
}

/// An array's element type together with its byte order: `u2`, `<u2`, `>f8`.
struct ElementType {
    let type: DType
    let isSwapped: Bool

    var item: Item { isSwapped ? .swapped(type) : .value(.dtype(type)) }

    init(_ type: DType, isSwapped: Bool) {
        self.type = type
        // A single byte has no order.
        self.isSwapped = isSwapped && type.size > 1
    }

    /// The type with this code, or nil if its elements are not numbers.
    init?(code: String) {
        var code = code.utf8[...]
        var isSwapped = false
        if let order = code.first, let swaps = Self.swaps(order) {
            isSwapped = swaps
            code = code.dropFirst()
        }
        guard let kind = code.first.flatMap(DType.Kind.init), code.count <= 3,
            let size = Int(Substring(code.dropFirst())),
            let type = DType(kind: kind, size: size)
        else { return nil }
        self.init(type, isSwapped: isSwapped)
    }

    /// Whether an order mark stands for big-endian; nil if the character is not an order mark.
    private static func swaps(_ order: UInt8) -> Bool? {
        switch order {
        case UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: "|"): false
        case UInt8(ascii: ">"): true
        default: nil
        }
    }

    /// The type with the byte order from its state `(3, order, None, None, None, -1, -1, 0)`.
    static func item(_ type: DType, state: Item) throws(PickleError) -> Item {
        let state = try ItemTuple(state)
        guard state.count == 8, state.int(0) == 3, let order = state.text(1)?.utf8, order.count == 1,
            let isSwapped = order.first.flatMap(swaps), (2...4).allSatisfy(state.isNone), state.int(5) == -1,
            state.int(6) == -1, state.int(7) == 0
        else { throw .malformed("an array type whose elements are not numbers") }
        return ElementType(type, isSwapped: isSwapped).item
    }
}
