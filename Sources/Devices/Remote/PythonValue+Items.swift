public import Pickle

extension PythonValue {
    /// The items of anything that Python would take for a sequence; nil for what is none.
    public var items: [PythonValue]? {
        switch self {
        case .list(let items), .tuple(let items), .namedTuple(_, let items): items
        case .array(let array) where array.shape.count == 1: array.doubles.map(PythonValue.float)
        default: nil
        }
    }
}
