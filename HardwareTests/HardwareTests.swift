import Contracts
import MicroscopeServer
import Server
import Testing

/// The contracts of all devices of a rig.
///
/// They run one after the other, because devices may share a stand, a table or a power supply.
@Suite(.serialized, .enabled(if: Rig.file != nil, "HardwareTests: no rig: RIG is not set"))
struct HardwareTests {
    @Test(arguments: try Rig.named.devices) func keepsItsContracts(device: RigDevice) throws {
        try device.tryContracts(without: try Rig.forbidden)
    }
}

extension RigDevice {
    /// Checks all contracts on the device and its parts; contracts that shut the device down run last.
    func tryContracts(without forbidden: Set<Effect>) throws {
        do {
            try Examination(
                open: { try open { print($0) } },
                forbidding: { _ in forbidden },
                report: report
            )
            .run()
        } catch let error as RigError where error.cause == .absence && definition.mayBeAbsent {
            say("skipped, because it is absent and may be: \(error)")
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
            say("not tried: \(result.contract): \(remark)", result.path)
        }
    }

    private func say(_ text: String, _ path: String = "") { print("\(name)\(path): \(text)") }
}
