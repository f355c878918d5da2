/// What a function is called with or an object is filled with: a tuple whose items are looked at one by one.
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

    /// The type of array elements, and whether they have their most significant byte first.
    func elementType(_ index: Int) -> (type: DType, isSwapped: Bool)? {
        guard index < items.count else { return nil }
        switch items[index] {
        case .value(.dtype(let type)): return (type, false)
        case .swapped(let type): return (type, true)
        default: return nil
        }
    }
}
