/// Arrays, element types and single elements, as numpy pickles them.
enum NumPy {
    /// `numpy.dtype("u2", False, True)`.
    ///
    /// A state that follows may set the byte order.
    static func dtype(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard (1...3).contains(arguments.count), (1..<arguments.count).allSatisfy(arguments.isFlag),
            let code = arguments.text(0), let type = ElementType(code: code)
        else {
            throw .malformed("an array type whose elements are not numbers")
        }
        return type.item
    }

    /// `_reconstruct(numpy.ndarray, (0,), b"b")`, an array whose state follows.
    static func reconstruct(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 3, arguments.isClass(0, .ndarray), let shape = arguments.tuple(1), shape == [0],
            arguments.bytes(2) == [0x62]
        else { throw ItemTuple.wrong("_reconstruct") }
        return .unfilled(.array)
    }

    /// The array with the state `(1, shape, dtype, isFortranOrder, bytes)`.
    static func array(state: ItemTuple, _ budget: inout WorkBudget) throws(PickleError) -> PythonValue {
        guard state.count == 5, state.int(0) == 1, let shape = shape(state.tuple(1)), let type = state.elementType(2),
            case .bool(let isFortranOrder) = state.value(3), let data = state.bytes(4)
        else { throw .malformed("state of an array") }
        return .array(try array(type, shape, data, isFortranOrder: isFortranOrder, &budget))
    }

    static func scalar(_ arguments: ItemTuple, _ budget: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 2, let type = arguments.elementType(0), let data = arguments.bytes(1) else {
            throw ItemTuple.wrong("numpy.core.multiarray.scalar")
        }
        return .value(.scalar(try array(type, [], data, isFortranOrder: false, &budget)))
    }

    /// `_frombuffer(bytes, dtype, shape, order)`; with the order `"K"` the axes to transpose follow.
    static func fromBuffer(_ arguments: ItemTuple, _ budget: inout WorkBudget) throws(PickleError) -> Item {
        guard let data = buffer(arguments.value(0)), let type = arguments.elementType(1),
            let shape = shape(arguments.tuple(2))
        else { throw ItemTuple.wrong("_frombuffer") }
        let array = try array(type, shape, data, isFortranOrder: arguments.text(3) == "F", &budget)
        switch (arguments.text(3), arguments.count) {
        case ("C", 4), ("F", 4): return .value(.array(array))
        case ("K", 5):
            guard let axes = Self.shape(arguments.tuple(4)), axes.sorted() == Array(0..<shape.count) else {
                throw .malformed("axes of an array")
            }
            try budget.copy(data.count)
            return .value(.array(array.transposed(axes)))
        default: throw ItemTuple.wrong("_frombuffer")
        }
    }

    private static func buffer(_ value: PythonValue?) -> Bytes? {
        switch value {
        case .bytes(let bytes), .bytearray(let bytes): bytes
        default: nil
        }
    }

    private static func shape(_ items: [PythonValue]?) -> [Int]? {
        guard let items, items.count <= 32 else { return nil }
        var shape: [Int] = []
        for item in items {
            guard case .int(let side) = item else { return nil }
            shape.append(side)
        }
        return shape
    }

    private static func array(
        _ element: (type: DType, isSwapped: Bool),
        _ shape: [Int],
        _ data: Bytes,
        isFortranOrder: Bool,
        _ budget: inout WorkBudget
    ) throws(PickleError) -> NDArray {
        guard let array = NDArray(element.type, shape: shape, data: data, isFortranOrder: isFortranOrder) else {
            throw .malformed("an array whose data do not have the length of its shape")
        }
        guard element.isSwapped else { return array }
        try budget.copy(data.count)
        return array.swapped
    }
}

extension PickleWriter {
    /// Writes an array in the only form that numpy 1 and 2 both read without a warning.
    ///
    /// numpy uses the data in place, so that the receiver copies them only once: out of the socket.
    mutating func put(_ array: NDArray) throws(PickleError) {
        out.append(contentsOf: Self.emptyArray)
        emit(.mark)
        put(1)
        try putTuple(array.shape.map { .int($0) })
        put(array.dtype)
        emit(array.isFortranOrder ? .newTrue : .newFalse)
        put(array.data)
        emit(.tuple)
        emit(.build)
    }

    /// The pickle of `_reconstruct(numpy.ndarray, (0,), b"b")`.
    private static let emptyArray: [UInt8] = {
        var writer = PickleWriter()
        writer.put("numpy.core.multiarray", "_reconstruct")
        writer.put("numpy", "ndarray")
        writer.put(0)
        writer.emit(.tuple1)
        writer.put(Bytes([0x62]))
        writer.emit(.tuple3)
        writer.emit(.reduce)
        return writer.out.joined()
    }()

    mutating func putScalar(_ element: NDArray) {
        put("numpy.core.multiarray", "scalar")
        put(element.dtype)
        put(element.data)
        emit(.tuple2)
        emit(.reduce)
    }

    mutating func put(_ type: DType) {
        put("numpy", "dtype")
        put(type.code)
        emit(.tuple1)
        emit(.reduce)
    }
}
