import Contracts
import SerialInstruments
import Testing

/// The filter wheel contract, on each of these drivers.
struct WheelContractTests {
    static let makers = [
        Maker("thorlabs-filter-wheel, six") { try fw102c().open() },
        Maker("thorlabs-filter-wheel, twelve") { try fw102c(positions: 12).open() },
        Maker("thorlabs-ell-slider, two") { try elliptec(type: 6).open() },
        Maker("thorlabs-ell-slider, four") { try elliptec(type: 9, address: 11).open() },
        Maker("thorlabs-ell-slider, six") { try elliptec(type: 12).open() },
    ]

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
