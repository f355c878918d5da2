import Contracts
import Testing

@testable import AndorSDK3

/// The contracts of every camera, on each model.
struct AndorContractTests {
    static let makers = (AndorCameraTests.models + ["simcam"]).map { model in
        Maker(model) { try World("camera \(model) VSC-7").open(0, .init(model: model == "simcam" ? "SIMCAM" : nil)) }
    }

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
