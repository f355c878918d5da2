internal import Pickle

/// How the SDK writes pixels.
enum PixelEncoding: String, Sendable, CaseIterable {
    case mono8 = "Mono8"
    case mono12 = "Mono12"
    case mono12Packed = "Mono12Packed"
    case mono16 = "Mono16"
    case mono32 = "Mono32"

    /// What clients get.
    var dtype: DType {
        switch self {
        case .mono8: .uint8
        case .mono12, .mono12Packed, .mono16: .uint16
        case .mono32: .uint32
        }
    }

    /// The bytes of a row, without what is behind it.
    func rowBytes(_ width: Int) -> Int { self == .mono12Packed ? (width * 3 + 1) / 2 : width * dtype.size }
}
