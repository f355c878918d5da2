/// What came of a contract on a device that was examined.
public struct TrialResult: Sendable {
    public enum Verdict: Sendable, Equatable {
        case kept, broken
        /// Why, the findings' remarks say.
        case notTried
    }

    /// The device on the wire, as ``Device/parts`` have it: an empty path for the one that was opened.
    public let path: String
    public let contract: Contract
    public let findings: Findings
    /// How long the trial took, with the way back.
    public let duration: Duration

    public var verdict: Verdict {
        if !findings.violations.isEmpty { return .broken }
        return findings.remarks.isEmpty ? .kept : .notTried
    }
}
