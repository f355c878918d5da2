/// What can be tried for one definition, in an order that may be another one in each process.
public struct Candidates: Sendable {
    /// The driver's word.
    public let driver: String
    /// What tells these candidates from others of the same driver.
    public let kind: String
    /// Whether several processes may open candidates at the same time.
    public let opensSideBySide: Bool
    public let count: @Sendable (DriverContext) throws -> Int
    /// Throws for a candidate that is there and cannot be opened.
    public let open: @Sendable (Int, DriverContext) throws -> Candidate<any FloatingClaim>
    /// The environment of processes whose simulated hardware is to have devices with these uids.
    public let simulating: @Sendable ([String]) -> [String: String]

    /// The first candidate that can be had.
    func openFirst(_ context: DriverContext) throws -> any FloatingClaim {
        var sweep = CandidateSweep(self, context)
        guard let claim = try sweep.next() else {
            throw DeviceError(.initialise, "no \(driver) can be had: \(sweep.report)")
        }
        return claim
    }

    /// The candidate with a uid, looked for by opening one after another.
    ///
    /// - Parameter keep: takes claims of other uids that will be wanted; those that it does not take are released.
    public func open(
        uid: String,
        _ context: DriverContext,
        keep: (any FloatingClaim) -> Bool = { _ in false }
    ) throws -> any FloatingClaim {
        var sweep = CandidateSweep(self, context)
        while let claim = try sweep.next() {
            if claim.uid == uid { return claim }
            if !keep(claim) { claim.release() }
        }
        throw DeviceError(.initialise, "\(driver) \(uid) was not found: \(sweep.report)")
    }
}
