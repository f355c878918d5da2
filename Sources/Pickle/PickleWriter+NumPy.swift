extension PickleWriter {
    /// An array in the one form that numpy 1 and 2 both read without a warning.
    ///
    /// numpy takes the data over as they are, so that they are copied once at the receiver: out of the socket.
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
