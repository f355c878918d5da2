/// One pass over a driver's candidates, within a process.
public struct CandidateSweep {
    private let candidates: Candidates
    private let context: DriverContext
    private var place = 0
    /// What has come of those tried so far.
    public private(set) var report = SearchReport()

    public init(_ candidates: Candidates, _ context: DriverContext) {
        self.candidates = candidates
        self.context = context
    }

    /// Opens candidates until one is open; nil once all have been tried.
    ///
    /// Throws if the candidates cannot be counted; one that cannot be opened is reported and passed over.
    public mutating func next() throws -> (any FloatingClaim)? {
        if report.count == nil { report.count = max(0, try candidates.count(context)) }
        while place < report.count ?? 0 {
            defer { place += 1 }
            do {
                switch try candidates.open(place, context) {
                case .opened(let claim):
                    report.seen.append(claim.uid)
                    return claim
                case .heldElsewhere: report.held += 1
                case .unwanted(let text): report.unwanted.append(text)
                }
            } catch { report.failures.append("\(error)") }
        }
        return nil
    }
}
