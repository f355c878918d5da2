/// An item on a pickle's stack: a value, or an intermediate that will become one.
enum Item: Sendable {
    case value(PythonValue)
    /// A class or function. It can only be called or be an argument.
    case global(Global)
    /// A tuple that contains an item other than a value.
    case arguments([Item])
    /// The type of array elements in big-endian order.
    case swapped(DType)
    /// An object that has no state yet.
    case unfilled(Shell)

    static let emptyDict = Item.value(.dict(PythonDictionary()))

    /// Whether instructions may still change the item before it becomes part of another one.
    var mayChange: Bool {
        switch self {
        case .unfilled, .swapped, .value(.dtype), .value(.dict), .value(.exception), .value(.opaque): true
        default: false
        }
    }

    /// Whether the values that it was made from are part of it.
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

    /// The finished value.
    func value(_ unknown: UnknownClasses, _ budget: inout WorkBudget) throws(PickleError) -> PythonValue {
        switch self {
        case .value(let value): return value
        case .swapped(let type): return .dtype(type)
        case .arguments(let items):
            try budget.walk(items.count)
            var values: [PythonValue] = []
            values.reserveCapacity(items.count)
            for item in items { values.append(try item.value(unknown, &budget)) }
            return .tuple(values)
        case .global(let global):
            guard unknown == .opaque, let type = global.type else {
                throw .malformed("a class or function where a value should be")
            }
            return .opaque(OpaqueObject(type, arguments: []))
        case .unfilled: throw .malformed("an object without its state")
        }
    }

    /// The items of a tuple.
    func tuple(_ unknown: UnknownClasses, _ budget: inout WorkBudget) throws(PickleError) -> [PythonValue] {
        guard case .tuple(let items) = try value(unknown, &budget) else {
            throw .malformed("arguments that are not a tuple")
        }
        return items
    }
}

/// A tuple of arguments or of an object's state, with accessors that check the types of its items.
struct ItemTuple {
    private let items: [Item]

    init(_ item: Item) throws(PickleError) {
        switch item {
        case .value(.tuple(let values)): items = values.map { .value($0) }
        case .arguments(let items): self.items = items
        default: throw .malformed("arguments that are not a tuple")
        }
    }

    var count: Int { items.count }

    /// An error about these arguments of a function or class.
    static func wrong(_ name: String) -> PickleError { .malformed("arguments of \(name)") }

    func value(_ index: Int) -> PythonValue? {
        guard index < items.count, case .value(let value) = items[index] else { return nil }
        return value
    }

    func global(_ index: Int) -> Global? {
        guard index < items.count, case .global(let global) = items[index] else { return nil }
        return global
    }

    func isNone(_ index: Int) -> Bool {
        if case .some(PythonValue.none) = value(index) { true } else { false }
    }

    func isClass(_ index: Int, _ type: PythonClass) -> Bool {
        if case .argument(let found) = global(index) { found == type } else { false }
    }

    func int(_ index: Int) -> Int? {
        if case .int(let number) = value(index) { number } else { nil }
    }

    /// Whether an item is a Boolean, perhaps written as an integer.
    func isFlag(_ index: Int) -> Bool {
        switch value(index) {
        case .bool, .int: true
        default: false
        }
    }

    func float(_ index: Int) -> Double? {
        if case .float(let number) = value(index) { number } else { nil }
    }

    func text(_ index: Int) -> String? {
        if case .str(let text) = value(index) { text } else { nil }
    }

    func bytes(_ index: Int) -> Bytes? {
        if case .bytes(let bytes) = value(index) { bytes } else { nil }
    }

    func tuple(_ index: Int) -> [PythonValue]? {
        if case .tuple(let items) = value(index) { items } else { nil }
    }

    /// The type of array elements, and whether they are in big-endian order.
    func elementType(_ index: Int) -> (type: DType, isSwapped: Bool)? {
        guard index < items.count else { return nil }
        switch items[index] {
        case .value(.dtype(let type)): return (type, false)
        case .swapped(let type): return (type, true)
        default: return nil
        }
    }
}

/// An object that is made empty and receives its state afterwards.
enum Shell: Sendable {
    case uri, proxy, failedCall, uuid, array
}

extension Shell {
    /// The object with this state.
    func filled(with state: Item, _ budget: inout WorkBudget) throws(PickleError) -> PythonValue {
        switch self {
        case .array: return try NumPy.array(state: ItemTuple(state), &budget)
        case .uri: return .uri(try PyroState.uri(ItemTuple(state)))
        case .proxy: return .proxy(try PyroState.proxy(ItemTuple(state), &budget))
        case .uuid:
            guard let text = UUIDText(integer: try Self.attributes(state)["int"]) else {
                throw .malformed("state of a UUID")
            }
            return .uuid(text.text)
        case .failedCall:
            guard case .exception(let exception) = try Self.attributes(state)["exception"] else {
                throw .malformed("a failed call without its exception")
            }
            return .failedCall(exception)
        }
    }

    private static func attributes(_ state: Item) throws(PickleError) -> PythonDictionary {
        guard case .value(.dict(let attributes)) = state else { throw .malformed("state that is not a dict") }
        return attributes
    }
}
