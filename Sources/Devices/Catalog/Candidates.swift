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
    public let open: @Sendable (Int, DriverContext) throws -> Candidate<any OpenedCandidate>
    /// The environment of processes whose simulated hardware is to have devices with these uids.
    public let simulating: @Sendable ([String]) -> [String: String]

    /// The first candidate that can be had.
    func openFirst(_ context: DriverContext) throws -> any OpenedCandidate {
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
        keep: (any OpenedCandidate) -> Bool = { _ in false }
    ) throws -> any OpenedCandidate {
        var sweep = CandidateSweep(self, context)
        while let claim = try sweep.next() {
            if claim.uid == uid { return claim }
            if !keep(claim) { claim.release() }
        }
        throw DeviceError(.initialise, "\(driver) \(uid) was not found: \(sweep.report)")
    }
}

/// What came of trying one candidate.
public enum Candidate<Claim> {
    case opened(Claim)
    /// Another program has it, or another process of this one; which one it is cannot be told.
    case heldElsewhere
    /// It is not one of those that the options ask for, as this text says.
    case unwanted(String)
}

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
    public mutating func next() throws -> (any OpenedCandidate)? {
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

/// What came of trying a driver's candidates.
public struct SearchReport: Sendable, Hashable {
    /// How many there are, once they have been counted.
    public var count: Int?
    /// The uids of those that could be opened.
    public var seen: [String] = []
    /// How many another process has.
    public var held = 0
    /// Those that the options do not ask for.
    public var unwanted: [String] = []
    /// Why others could not be opened.
    public var failures: [String] = []

    public init() {}
}

extension SearchReport: CustomStringConvertible {
    /// As in a message: `2 are there; seen: VSC-3; 1 is held by another program`.
    public var description: String {
        guard count != 0 else { return "none is there" }
        var parts: [String] = []
        if let count { parts.append(count == 1 ? "1 is there" : "\(count) are there") }
        if !seen.isEmpty { parts.append("seen: \(seen.joined(separator: ", "))") }
        if held > 0 { parts.append("\(held == 1 ? "1 is" : "\(held) are") held by another program") }
        if !unwanted.isEmpty { parts.append("not asked for: \(unwanted.joined(separator: ", "))") }
        return (parts + failures).joined(separator: "; ")
    }
}
