/// How deep a value is nested and how many values it consists of.
struct Size: Sendable {
    /// The number of containers within one another: 0 for a number, 1 for an empty list.
    private(set) var depth: Int32
    /// The number of values, shared ones counted each time.
    private(set) var weight: Int32

    static let leaf = Size(depth: 0, weight: 1)
    static let emptyContainer = Size(depth: 1, weight: 1)

    /// Takes in what a container is given.
    ///
    /// The weight needs no check here: that of the whole stack has one.
    mutating func hold(_ inner: Size, _ limits: PickleLimits) throws(PickleError) {
        depth = max(depth, inner.depth &+ 1)
        weight &+= inner.weight
        guard depth <= limits.depth else { throw .tooLarge("nested more than \(limits.depth) deep") }
    }
}
