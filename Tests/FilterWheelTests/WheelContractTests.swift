import Contracts
import Testing

struct WheelContractTests {
    private static let makers = TestMake.allCases.map { make in Maker("\(make)") { try make.plugged().wheel } }

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
