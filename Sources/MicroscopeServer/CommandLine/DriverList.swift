import Devices
import Pickle
import Pyro

/// The drivers of a program as `--list-drivers` prints them, with or without how far each is proven.
struct DriverList {
    let drivers: [any ConfigurableDriver]
    /// Whether sources, witnesses and untested models are listed, too.
    let isProofShown: Bool

    var text: String {
        let width = drivers.map(\.name.count).max() ?? 0
        return drivers.map { driver in
            let name = driver.name + String(repeating: " ", count: width - driver.name.count + 2)
            let line = name + driver.summary + (driver.proof.map { " (\($0.inShort))" } ?? "")
            return isProofShown ? ([line] + proofLines(driver.proof)).joined(separator: "\n") : line
        }
        .joined(separator: "\n")
    }

    private func proofLines(_ proof: Proof?) -> [String] {
        guard let proof else { return ["    nothing is stated"] }
        let witnesses = proof.witnesses.map { "    agrees: \($0.program): \($0.part)" }
        return ["    sources: \(proof.sources)"]
            + (witnesses.isEmpty ? ["    simulated only"] : witnesses)
            + (proof.untested.isEmpty ? [] : ["    untested: \(proof.untested.joined(separator: ", "))"])
    }

    /// A list with an object for each driver.
    var json: String {
        get throws {
            try SerializerID.json.text(
                of: .list(
                    drivers.map { driver in
                        let (name, summary) = (PythonValue.str(driver.name), PythonValue.str(driver.summary))
                        let proven = driver.proof.map { PythonValue.str($0.inShort) } ?? .none
                        guard isProofShown else {
                            return .dict(["driver": name, "summary": summary, "proven": proven])
                        }
                        return .dict([
                            "driver": name, "summary": summary, "proven": proven,
                            "proof": driver.proof?.python ?? .none,
                        ])
                    }
                )
            )
        }
    }
}

extension Proof {
    /// No driver of hardware has met its device.
    fileprivate var inShort: String {
        witnesses.isEmpty ? "simulated only" : "simulated only; programs by others agree"
    }

    fileprivate var python: PythonValue {
        .dict([
            "sources": .str(sources), "untested": .list(untested.map(PythonValue.str)),
            "witnesses": .list(
                witnesses.map { witness in
                    .dict([
                        "program": .str(witness.program), "part": .str(witness.part),
                        "tests": .list(witness.tests.map(PythonValue.str)),
                    ])
                }
            ),
        ])
    }
}
