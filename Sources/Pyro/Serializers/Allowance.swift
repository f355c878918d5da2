/// What a payload may still hold, so that none exhausts the stack or the memory.
struct Allowance {
    private var depth: Int
    private var values: Int

    init(depth: Int = 64, values: Int = 4_000_000) {
        self.depth = depth
        self.values = values
    }

    /// Enters a collection.
    mutating func open() throws(SerializerError) {
        guard depth > 0 else { throw .malformed("the values are nested too deeply") }
        depth -= 1
    }

    mutating func close() { depth += 1 }

    /// Counts values; one that is referred to again counts again, with all that it holds.
    mutating func spend(_ count: Int = 1) throws(SerializerError) {
        guard count <= values else { throw .malformed("there are too many values") }
        values -= count
    }

    /// The number of values counted since an earlier state.
    func spent(since earlier: Allowance) -> Int { earlier.values - values }
}
