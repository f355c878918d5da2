public import Pickle

extension NDArray {
    /// The elements in the order in which they stand in memory, as numbers; of complex ones the real parts.
    public var doubles: [Double] { (0..<count).compactMap(element) }

    /// The element that stands at a place in memory, nil where there is none.
    public func element(at index: Int) -> Double? {
        guard (0..<count).contains(index) else { return nil }
        return unsafe data.withUnsafeBytes { bytes in
            let offset = index * dtype.size
            func load<T>(_: T.Type) -> T { unsafe bytes.loadUnaligned(fromByteOffset: offset, as: T.self) }
            return switch (dtype.kind, dtype.size) {
            case (.bool, _): load(UInt8.self) == 0 ? 0 : 1
            case (.unsigned, 1): Double(load(UInt8.self))
            case (.unsigned, 2): Double(load(UInt16.self))
            case (.unsigned, 4): Double(load(UInt32.self))
            case (.unsigned, _): Double(load(UInt64.self))
            case (.signed, 1): Double(load(Int8.self))
            case (.signed, 2): Double(load(Int16.self))
            case (.signed, 4): Double(load(Int32.self))
            case (.signed, _): Double(load(Int64.self))
            case (.float, 2): Double(load(Float16.self))
            case (.float, 4), (.complex, 8): Double(load(Float.self))
            case (.float, _), (.complex, _): load(Double.self)
            }
        }
    }

    /// An array of `float64` with these elements, the last axis running fastest.
    public init?(_ elements: [Double], shape: [Int]) {
        let bytes = elements.flatMap { unsafe withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
        self.init(.float64, shape: shape, data: Bytes(bytes))
    }
}
