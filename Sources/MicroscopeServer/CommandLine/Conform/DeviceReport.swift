import Contracts
import Devices
import Pickle
import Server

/// What came of the contracts on one device.
struct DeviceReport {
    enum Verdict: String {
        /// All that was tried.
        case kept
        /// Something that was tried.
        case broken
        /// It could not be opened, or not be shut down.
        case failed
        /// It could not be opened, as its definition says it may be.
        case absent
        /// It works with other devices, which are not there without a server.
        case dependent
        /// A running server has it, so it was left alone.
        case served
        case interrupted
    }

    let device: RigDevice
    var verdict = Verdict.kept
    /// Why, where the counts do not tell.
    var reason: String?
    /// What it may not be put through, of that which its contracts would.
    var forbidden: Set<Effect> = []
    var results: [TrialResult] = []
    var duration = Duration.zero

    init(_ device: RigDevice) { self.device = device }

    init(_ device: RigDevice, held served: ServedDevice) {
        self.device = device
        verdict = .served
        reason =
            "it is served by a running device-server"
            + (served.pid.map { " (process \($0))" } ?? "") + " as \(served.name) of \(served.configuration), and is "
            + "left alone; end that server, or take the device out of its configuration and reload it"
    }

    var isBroken: Bool { count(.broken) > 0 }

    private func count(_ verdict: TrialResult.Verdict) -> Int { results.count { $0.verdict == verdict } }

    /// A line, after those of the contracts.
    var summary: String {
        let counts = "\(count(.kept)) kept, \(count(.broken)) broken, \(count(.notTried)) not tried"
        return switch verdict {
        case .kept, .broken: "\(device.name): \(counts), in \(duration.inSeconds) s\(hint)"
        case .failed: "\(device.name): FAILED: \(reason ?? "")"
        case .absent: "\(device.name): absent, as it may be: \(reason ?? "")"
        case .dependent: "\(device.name): not tried: \(reason ?? "")"
        case .served: "\(device.name): NOT TRIED: \(reason ?? "")"
        case .interrupted: "\(device.name): interrupted; \(counts)"
        }
    }

    private var forbiddenWords: [String] { Effect.allCases.filter(forbidden.contains).map(\.rawValue) }

    private var hint: String {
        forbidden.isEmpty ? "" : "; for the rest, answer y or use --allow \(forbiddenWords.joined(separator: ","))"
    }

    var python: PythonValue {
        .dict([
            "name": .str(device.name), "driver": .str(device.definition.driver.name),
            "uid": device.definition.uid.map(PythonValue.str) ?? .none,
            "simulated": .bool(device.definition.isSimulated),
            "verdict": .str(verdict.rawValue), "reason": reason.map(PythonValue.str) ?? .none,
            "seconds": .float(duration.rounded), "forbidden": .list(forbiddenWords.map(PythonValue.str)),
            "kept": .int(count(.kept)), "broken": .int(count(.broken)), "not_tried": .int(count(.notTried)),
            "contracts": .list(results.map(\.python)),
        ])
    }
}
