import Contracts
import Testing

/// The contracts of light sources, for each laser.
struct LaserContractTests {
    static let makers = LaserKind.all.map { kind in
        Maker(kind.testDescription) { try kind.makeSetup().openDevice(leaveAsIs: nil) }
    }

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
