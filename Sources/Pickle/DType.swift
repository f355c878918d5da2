/// The type of an array's elements: a plain number of a known size, stored with the least significant byte first.
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

    /// The type with a kind and a size that numpy has as well; nil for any other.
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

    /// The type as numpy writes it: `<u2`, `|u1`.
    public var code: String {
        "\(size == 1 ? "|" : "<")\(Character(UnicodeScalar(kind.rawValue)))\(size)"
    }

    /// The name of numpy's class for one element: `uint16`.
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
