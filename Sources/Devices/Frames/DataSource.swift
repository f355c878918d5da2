/// Where a device's data come from.
///
/// Waiting here blocks, and calls to the device go on meanwhile, so a source is `Sendable`: it holds only what its
/// SDK lets another thread use.
public protocol DataSource: AnyObject, Sendable {
    /// The next datum, or nil when none came in time.
    ///
    /// What it throws reaches the clients in place of a datum, once for each throw.
    func next(within limit: Duration) throws -> Datum?

    /// Lets the wait that is going on end at once with nil, or else the next one.
    func interrupt()
}
