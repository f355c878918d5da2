public import Pickle

extension PythonValue {
    /// The value as a person would write it in an error message.
    public var shown: String {
        switch self {
        case .none: "None"
        case .bool(let bool): bool ? "True" : "False"
        case .int(let int): "\(int)"
        case .bigInt(let integer): integer.description
        case .float(let double): "\(double)"
        case .str(let text): "'\(text)'"
        case .list(let items): "[\(items.map(\.shown).joined(separator: ", "))]"
        case .tuple(let items): "(\(items.map(\.shown).joined(separator: ", ")))"
        default: "a value of type \(typeName)"
        }
    }
}
