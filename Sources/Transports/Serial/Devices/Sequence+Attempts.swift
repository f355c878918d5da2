extension Sequence {
    /// Does something with each element, also when that has failed with one before; throws what failed first.
    ///
    /// For what makes devices safe: one that does not go off is no reason to leave the others on.
    public func attemptEach(_ body: (Element) throws -> Void) throws {
        var failure: (any Error)?
        for element in self {
            do { try body(element) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }
}
