/// What a name in a pickle stands for; none is ever looked up or called.
indirect enum Global: Sendable {
    /// A function that makes a value of plain data.
    case function(Function)
    case exception(PythonClass)
    case enumeration(Enumeration)
    case namedTuple(PythonClass, count: Int)
    case shell(Shell, PythonClass)
    /// A class that is only ever an argument: `object`, `tuple`, `numpy.ndarray`.
    case argument(PythonClass)
    /// A class that is not in the table.
    case unknown(PythonClass)

    typealias Function = @Sendable (ItemTuple, inout Allowance) throws(PickleError) -> Item

    /// The class it is, nil for a function.
    var type: PythonClass? {
        switch self {
        case .function: nil
        case .exception(let type), .namedTuple(let type, _), .shell(_, let type), .argument(let type),
            .unknown(let type):
            type
        case .enumeration(let enumeration): enumeration.type
        }
    }
}
