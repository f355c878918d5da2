/// A pixel that can be moved, of which only the size matters.
protocol Turnable: BitwiseCopyable, Codable, Hashable, SIMDScalar {}

extension UInt8: Turnable {}
extension UInt16: Turnable {}
extension UInt32: Turnable {}
extension UInt64: Turnable {}
