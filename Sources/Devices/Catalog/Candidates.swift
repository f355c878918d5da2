/// The candidates for one definition.
///
/// Their order may differ from process to process.
public struct Candidates: Sendable {
    /// The driver's name.
    public let driver: String
    /// Distinguishes these candidates from others of the same driver.
    public let kind: String
    /// Whether several processes may open candidates at the same time.
    public let opensSideBySide: Bool
    public let count: @Sendable (DriverContext) throws -> Int
    /// Throws for a candidate that is present and cannot be opened.
    public let open: @Sendable (Int, DriverContext) throws -> Candidate<any OpenedCandidate>
    /// The environment of processes whose simulated hardware has devices with these uids.
    public let simulating: @Sendable ([String]) -> [String: String]

    /// The first candidate that can be opened.
    func openFirst(_ context: DriverContext) throws -> any OpenedCandidate {
        var sweep = CandidateSweep(self, context)
        guard let claim = try sweep.next() else {
            throw DeviceError(.initialise, "no \(driver) is available: \(sweep.report)")
        }
        return claim
    }

    /// The candidate with a uid, found by opening one after another.
    ///
    /// - Parameter keep: keeps claims of other uids that will be needed; those that it does not keep are released.
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

/// The result of trying one candidate.
public enum Candidate<Claim> {
    case opened(Claim)
    /// Another program has it, or another process of this server; which device it is cannot be found out.
    case heldElsewhere
    /// The options exclude it, for the reason in this text.
    case unwanted(String)
}

/// One pass over a driver's candidates, in one process.
public struct CandidateSweep {
    private let candidates: Candidates
    private let context: DriverContext
    private var place = 0
    /// The results so far.
    public private(set) var report = SearchReport()

    public init(_ candidates: Candidates, _ context: DriverContext) {
        self.candidates = candidates
        self.context = context
    }

    /// Opens candidates until one is open; nil once all have been tried.
    ///
    /// Throws if the candidates cannot be counted. A candidate that cannot be opened is reported and skipped.
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

/// The results of trying a driver's candidates.
public struct SearchReport: Sendable, Hashable {
    /// The number of candidates, once they have been counted.
    public var count: Int?
    /// The uids of the candidates that could be opened.
    public var seen: [String] = []
    /// The number of candidates that another process has.
    public var held = 0
    /// The candidates that the options exclude.
    public var unwanted: [String] = []
    /// The reasons why other candidates could not be opened.
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
