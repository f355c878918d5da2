import Contracts
import Devices
import SerialInstruments
import Testing

@testable import StageControllers

/// The contracts of stages, wheels, lamps and controllers, on all of these drivers.
struct StageContractTests {
    /// One must search for its limits, one knows them, one has them configured, and one asks its devices.
    static let makers = [
        Maker("ludl-mc2000") { try ludl().open() },
        Maker("asi-ms2000") { try asi(lights: ["lamp"]).open() },
        Maker("prior-proscan-iii") { try proScan(limits: proScanLimits).open() },
        Maker("zaber-daisy-chain") { try zaber().open() },
    ]

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
