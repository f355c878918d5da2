/// Why bytes were not taken for a value, or a value could not be written.
public enum PickleError: Error, Sendable, Hashable {
    /// The bytes end where more of them are needed.
    case truncated(offset: Int)
    /// An instruction that picklers do not use for any value known here.
    case refusedInstruction(UInt8, offset: Int)
    /// A class or function that is not among those which may be read.
    case refusedName(PythonClass)
    /// Something that is not put together as picklers do it.
    case malformed(String)
    /// More than the limits allow.
    case tooLarge(String)
    /// A value that has no form on the wire.
    case notWritable(String)
}

extension PickleError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated(let offset): "pickle ends too early, at byte \(offset)"
        case .refusedInstruction(let code, let offset):
            "pickle has an instruction that is not accepted, 0x\(String(code, radix: 16)) at byte \(offset)"
        case .refusedName(let name): "pickle names \(name), which is not accepted"
        case .malformed(let reason): "pickle is malformed: \(reason)"
        case .tooLarge(let reason): "pickle is too large: \(reason)"
        case .notWritable(let reason): "cannot be pickled: \(reason)"
        }
    }
}
