/// What the SDK calls an open camera by, until it is closed.
struct AndorHandle: Sendable, Hashable {
    let number: Int32

    /// The library itself, which has features as well.
    static let system = AndorHandle(number: 1)
}
