import Contracts
import Testing

struct ContractTests {
    @Test(arguments: try Makers.all.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
