/// What the stack of a pickle can hold: a value, or something that is on its way to becoming one.
enum Item: Sendable {
    case value(PythonValue)
    /// A class or function, which is good for being called and as an argument only.
    case global(Global)
    /// A tuple with something in it that is no value.
    case arguments([Item])
    /// The type of array elements which have their most significant byte first.
    case swapped(DType)
    /// An object that has not been given its state yet.
    case unfilled(Shell)

    static let emptyDict = Item.value(.dict(PythonDictionary()))

    /// Whether further instructions may change it before it is put into something else.
    var mayChange: Bool {
        switch self {
        case .unfilled, .swapped, .value(.dtype), .value(.dict), .value(.exception), .value(.opaque): true
        default: false
        }
    }

    /// Whether values remain in it, rather than only having been looked at to make it.
    var holdsValues: Bool {
        switch self {
        case .value(let value):
            switch value {
            case .set, .frozenset, .dict, .namedTuple, .exception, .failedCall, .proxy, .opaque: true
            default: false
            }
        case .arguments, .unfilled: true
        case .global, .swapped: false
        }
    }

    /// What this is to those who get to see the value.
    func value(_ unknown: UnknownClasses) throws(PickleError) -> PythonValue {
        switch self {
        case .value(let value): return value
        case .swapped(let type): return .dtype(type)
        case .arguments(let items):
            return .tuple(try items.map { item throws(PickleError) in try item.value(unknown) })
        case .global(let global):
            guard unknown == .opaque, let type = global.type else {
                throw .malformed("a class or function where a value should be")
            }
            return .opaque(OpaqueObject(type, arguments: []))
        case .unfilled: throw .malformed("an object without its state")
        }
    }

    /// The items of a tuple.
    func tuple(_ unknown: UnknownClasses) throws(PickleError) -> [PythonValue] {
        guard case .tuple(let items) = try value(unknown) else { throw .malformed("arguments that are not a tuple") }
        return items
    }
}
