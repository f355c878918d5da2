import Contracts
import Devices
import Testing

/// That each contract notices what it is there for, and nothing else.
struct FaultTests {
    /// Only broken devices make anybody wait.
    private static let patience = Duration.milliseconds(100)

    static let flawless = [
        Maker("device") { OddDevice() }, Maker("settings") { OddSettings() }, Maker("wheel") { OddWheel() },
        Maker("light") { OddLight() }, Maker("stage") { OddStage() }, Maker("camera") { OddCamera() },
        Maker("camera, by hardware") { OddCamera(triggerType: .risingEdge) }, Maker("lines") { OddLines() },
        Maker("sensors") { OddSensors() }, Maker("mirror") { OddMirror() }, Maker("controller") { OddController() },
    ]

    @Test(arguments: try flawless.contractCases) func isKeptWithoutAFault(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }

    @Test(arguments: Fault.all) func isNoticed(fault: Fault) throws {
        let contract = try #require(Contract.all(for: fault.device()).first { $0.name == fault.broken })
        #expect(contract.findings(on: fault.device(), patience: Self.patience).violations != [])
    }

    @Test func violationTellsWhatIsExpectedAndWhatIsThere() throws {
        let contract = try #require(Contract.all(for: OddWheel()).first { $0.name.hasSuffix("each of its positions") })
        let findings = contract.findings(on: OddWheel(.stopsShort, at: 0))
        #expect(findings.violations.first == "get_position(): expected 1, got 0")
    }

    @Test func whatCannotBeTriedIsRemarkedUpon() throws {
        let contract = try #require(
            Contract.all(for: OddCamera()).first { $0.name.contains("one image for each trigger") }
        )
        let findings = contract.findings(on: OddCamera(triggerType: .risingEdge))
        #expect(findings == Findings(remarks: ["it has hardware triggers only"]))
    }

    @Test func everyContractHasANameOfItsOwn() {
        let devices = Fault.all.map { $0.device() }
        for device in devices {
            let names = Contract.all(for: device).map(\.name)
            #expect(Set(names).count == names.count)
        }
    }
}
