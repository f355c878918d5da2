import Contracts
import MicroscopeServer
import Server
import Testing

/// What the devices on a bench must do.
///
/// One after the other: they may share a stand, a table, a power supply.
@Suite(.serialized, .enabled(if: Rig.file != nil, "HardwareTests: no rig: RIG is not set"))
struct HardwareTests {
    @Test(arguments: try Rig.named.devices) func keepsItsContracts(device: RigDevice) throws {
        try device.tryContracts(without: try Rig.forbidden)
    }
}

extension RigDevice {
    /// Tries all contracts on the device and on those on its wire; those that shut it down come last.
    func tryContracts(without forbidden: Set<Effect>) throws {
        do {
            try Examination(
                open: { try open { print($0) } },
                forbidding: { _ in forbidden },
                report: report
            )
            .run()
        } catch let error as RigError where error.cause == .absence && definition.mayBeAbsent {
            say("skipped, since it is absent, as it may be: \(error)")
            try Test.cancel()
        } catch let error as RigError where error.cause == .dependence {
            say("skipped: \(error)")
            try Test.cancel()
        }
    }

    private func report(_ result: TrialResult) {
        for violation in result.findings.violations {
            Issue.record("\(name)\(result.path): \(result.contract): \(violation)")
        }
        for remark in result.findings.remarks {
            say("not tried: \(result.contract), since \(remark)", result.path)
        }
    }

    private func say(_ text: String, _ path: String = "") { print("\(name)\(path): \(text)") }
}
