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

    /// Whether data are made when they are asked for, as fast as they are taken, rather than when the hardware has them.
    ///
    /// Such a source is asked for no more than its clients take; any other one never waits for a client.
    var isOnDemand: Bool { get }

    /// How many data have given way so far because nobody took them in time, and are no error.
    var lost: Int { get }
}

extension DataSource {
    public var isOnDemand: Bool { false }
    public var lost: Int { 0 }
}
