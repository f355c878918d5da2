import Contracts
import Testing

/// What every light source must do, on each laser.
struct LaserContractTests {
    static let makers = LaserKind.all.map { kind in
        Maker(kind.testDescription) { try kind.makeBench().openDevice(leaveAsIs: nil) }
    }

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
