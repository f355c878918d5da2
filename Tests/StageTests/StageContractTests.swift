import Contracts
import Devices
import Testing

@testable import Stages

/// What stages, wheels, lamps and controllers must do, on all of these.
struct StageContractTests {
    static let makers = [
        Maker("ludl-mc2000, with limits") {
            let limits: NamedOptions<AxisLimits> = [
                "1": AxisLimits(lower: -400_000, upper: 600_000), "2": AxisLimits(lower: -200_000, upper: 500_000),
            ]
            return try moved(ludl(limits: limits).open())
        },
        Maker("ludl-mc2000, without limits") { try moved(ludl().open()) },
        Maker("asi-ms2000") { try asi(lights: ["lamp", "LED"]).open() },
        Maker("asi-ms2000, home") { try asi(home: true).open() },
        Maker("prior-proscan-iii, firmware 1.03") {
            try proScan(limits: proScanLimits) { $0.acknowledges = true }.open()
        },
        Maker("prior-proscan-iii, as in the manual") { try proScan(limits: proScanLimits).open() },
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
