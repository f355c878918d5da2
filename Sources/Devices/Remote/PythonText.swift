public import Pickle

extension PythonValue {
    /// The value as text, for an error message or a terminal.
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
        case .dict(let dictionary):
            "{\(dictionary.pairs.map { "\($0.key.shown): \($0.value.shown)" }.joined(separator: ", "))}"
        case .namedTuple(let type, let items): "\(type.name)(\(items.map(\.shown).joined(separator: ", ")))"
        case .enumMember(let type, let number): "\(type.name).\(Self.name(of: number, in: type))"
        case .scalar(let array): array.element(at: 0).map { "\($0)" } ?? "a value of type \(typeName)"
        case .array(let array):
            "an array of \(array.dtype.scalarName) with shape (\(array.shape.map(String.init).joined(separator: ", ")))"
        case .exception(let exception): exception.description
        default: "a value of type \(typeName)"
        }
    }

    /// The type and, if it is short, the value, for an error message about an unexpected value.
    var shownWithType: String {
        let isShort =
            switch self {
            case .none, .array: false
            case .str(let text): text.utf8.count <= 40
            case .list(let items), .tuple(let items): items.count <= 4
            case .dict(let dictionary): dictionary.pairs.count <= 4
            default: true
            }
        // The items of a list may be long.
        guard isShort, case let text = shown, text.utf8.count <= 80 else { return typeName }
        return "\(typeName) \(text)"
    }

    /// The Swift name of a member of an enumeration of `microscope`, or its number.
    private static func name(of number: Int, in type: PythonClass) -> String {
        switch type {
        case TriggerType.pythonClass: TriggerType(rawValue: number).map { "\($0)" } ?? "\(number)"
        case TriggerMode.pythonClass: TriggerMode(rawValue: number).map { "\($0)" } ?? "\(number)"
        case ElectronicShutteringMode.pythonClass:
            ElectronicShutteringMode(rawValue: number).map { "\($0)" } ?? "\(number)"
        default: "\(number)"
        }
    }
}
