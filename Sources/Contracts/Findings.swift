/// What came of trying a contract on a device.
public struct Findings: Sendable, Equatable {
    /// What is not as promised, a sentence each: `power after disable: expected 0.0, got 0.5`.
    public internal(set) var violations: [String]
    /// What could not be tried on this device, and why.
    public internal(set) var remarks: [String]

    public init(violations: [String] = [], remarks: [String] = []) {
        (self.violations, self.remarks) = (violations, remarks)
    }
}
