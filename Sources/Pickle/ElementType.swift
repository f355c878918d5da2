/// An array's element type together with the order of its bytes: `u2`, `<u2`, `>f8`.
struct ElementType {
    let type: DType
    let isSwapped: Bool

    var item: Item { isSwapped ? .swapped(type) : .value(.dtype(type)) }

    init(_ type: DType, isSwapped: Bool) {
        self.type = type
        // The parts of a single byte have no order.
        self.isSwapped = isSwapped && type.size > 1
    }

    /// The type with numpy's code for it, nil if it is not one of plain numbers.
    init?(code: String) {
        var code = code.utf8[...]
        var isSwapped = false
        if let order = code.first, let swaps = Self.swaps(order) {
            isSwapped = swaps
            code = code.dropFirst()
        }
        guard let kind = code.first.flatMap(DType.Kind.init), code.count <= 3,
            let size = Int(Substring(code.dropFirst())),
            let type = DType(kind: kind, size: size)
        else { return nil }
        self.init(type, isSwapped: isSwapped)
    }

    /// What is between the bytes of the pickle and ours, which have the least significant one first; nil for no order.
    private static func swaps(_ order: UInt8) -> Bool? {
        switch order {
        case UInt8(ascii: "<"), UInt8(ascii: "="), UInt8(ascii: "|"): false
        case UInt8(ascii: ">"): true
        default: nil
        }
    }

    /// The type with the order of bytes that its state `(3, order, None, None, None, -1, -1, 0)` gives it.
    static func item(_ type: DType, state: Item) throws(PickleError) -> Item {
        let state = try ItemTuple(state)
        guard state.count == 8, state.int(0) == 3, let order = state.text(1)?.utf8, order.count == 1,
            let isSwapped = order.first.flatMap(swaps), (2...4).allSatisfy(state.isNone), state.int(5) == -1,
            state.int(6) == -1, state.int(7) == 0
        else { throw .malformed("an array type that is not one of plain numbers") }
        return ElementType(type, isSwapped: isSwapped).item
    }
}
