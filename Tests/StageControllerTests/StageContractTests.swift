import Contracts
import Devices
import SerialInstruments
import Testing

@testable import StageControllers

/// What stages, wheels, lamps and controllers must do, on all of these.
struct StageContractTests {
    /// One has to look for its ends, one knows them, one was told them, and one asks its devices.
    static let makers = [
        Maker("ludl-mc2000") { try moved(ludl().open()) },
        Maker("asi-ms2000") { try asi(lights: ["lamp"]).open() },
        Maker("prior-proscan-iii") { try proScan(limits: proScanLimits).open() },
        Maker("zaber-daisy-chain") { try zaber().open() },
    ]

    /// A Ludl wheel does not know where it stands before it has been moved.
    private static func moved(_ controller: SerialController) throws -> SerialController {
        try controller.wheel("filter 1").move(to: 0).wait()
        return controller
    }

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
