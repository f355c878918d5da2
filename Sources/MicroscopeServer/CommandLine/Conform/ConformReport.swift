import Contracts
import Devices
import Pickle
import Pyro
import Server

/// The results of the contracts on all devices.
struct ConformReport {
    let file: String
    let devices: [DeviceReport]
    let duration: Duration
    /// The exit status after a signal.
    var interruption: Int32?

    /// The exit status: 1 if a device failed, 2 if one was skipped because a server has it open.
    var status: Int32 {
        if let interruption { return interruption }
        if devices.contains(where: { [.broken, .failed].contains($0.verdict) }) { return 1 }
        return devices.contains { $0.verdict == .served } ? 2 : 0
    }

    /// The summary for people.
    var summary: String {
        func names(_ verdicts: DeviceReport.Verdict...) -> String {
            devices.filter { verdicts.contains($0.verdict) }.map(\.device.name).joined(separator: ", ")
        }
        let parts = [
            ("as they must be", names(.kept)), ("NOT AS THEY MUST BE", names(.broken, .failed)),
            ("not there", names(.absent)), ("not to be tried alone", names(.dependent)),
            ("served, and left alone", names(.served)),
            ("interrupted", names(.interrupted)),
        ]
        return parts.filter { $0.1 != "" }.map { "\($0.0): \($0.1)" }.joined(separator: "\n")
    }

    /// The report in the format of docs/conform.md.
    var json: String {
        get throws {
            try SerializerID.json.text(
                of: .dict([
                    "configuration": .str(file), "status": .int(Int(status)), "seconds": .float(duration.rounded),
                    "devices": .list(devices.map(\.python)),
                ])
            )
        }
    }
}

/// The results of the contracts on one device.
struct DeviceReport {
    enum Verdict: String {
        /// All tests passed.
        case kept
        /// A test failed.
        case broken
        /// The device could not be opened or shut down.
        case failed
        /// The device could not be opened, and its definition says that it may be absent.
        case absent
        /// The device uses other devices, which are missing without a server.
        case dependent
        /// A running server has the device open, so it was skipped.
        case served
        case interrupted
    }

    let device: RigDevice
    var verdict = Verdict.kept
    /// The reason, where the counts do not show it.
    var reason: String?
    /// The effects that were not allowed.
    var forbidden: Set<Effect> = []
    var results: [TrialResult] = []
    var duration = Duration.zero
    /// The device's own statement of its model, firmware and serial number.
    var identity = DeviceIdentity()

    init(_ device: RigDevice) { self.device = device }

    init(_ device: RigDevice, held served: ServedDevice) {
        self.device = device
        verdict = .served
        reason =
            "it is served by a running device-server"
            + (served.pid.map { " (process \($0))" } ?? "") + " as \(served.name) of \(served.configuration), and was "
            + "skipped; end that server, or remove the device from its configuration and reload it"
    }

    var isBroken: Bool { count(.broken) > 0 }

    private func count(_ verdict: TrialResult.Verdict) -> Int { results.count { $0.verdict == verdict } }

    /// The line after those of the contracts.
    var summary: String {
        let counts = "\(count(.kept)) kept, \(count(.broken)) broken, \(count(.notTried)) not tried"
        return switch verdict {
        case .kept, .broken: "\(device.name): \(counts), in \(duration.hundredths) s\(hint)"
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

extension TrialResult {
    /// The duration of a trial as a person perceives it.
    private enum TimeClass: String {
        /// Less than a tenth of a second.
        case instant
        /// Less than a second.
        case quick
        case slow

        init(_ duration: Duration) {
            self = duration < .milliseconds(100) ? .instant : duration < .seconds(1) ? .quick : .slow
        }
    }

    private var timeClass: TimeClass { TimeClass(duration) }

    /// A line for people, followed by one for each violation.
    var line: String {
        let name = path.isEmpty ? "\(contract)" : "\(path.dropFirst()): \(contract)"
        switch verdict {
        case .kept: return "  \(time)  kept       \(name)"
        case .broken:
            let violations = findings.violations.map { "\n" + String(repeating: " ", count: 32) + $0 }
            return "  \(time)  BROKEN     \(name)" + violations.joined()
        case .notTried:
            return "  \(time)  not tried  \(name): " + findings.remarks.joined(separator: "; ")
        }
    }

    /// The duration with a fixed width: `quick   0.42 s`.
    private var time: String {
        guard duration > .zero else { return String(repeating: " ", count: 16) }
        let name = timeClass.rawValue.padded(to: 7)
        guard timeClass != .instant else { return name.padded(to: 16) }
        let seconds = duration.hundredths
        return name + String(repeating: " ", count: max(1, 7 - seconds.count)) + seconds + " s"
    }

    var python: PythonValue {
        let word =
            switch verdict {
            case .kept: "kept"
            case .broken: "broken"
            case .notTried: "not_tried"
            }
        return .dict([
            "part": .str(path), "contract": .str(contract.name), "verdict": .str(word),
            "time": .str(timeClass.rawValue), "seconds": .float(duration.rounded),
            "violations": .list(findings.violations.map(PythonValue.str)),
            "remarks": .list(findings.remarks.map(PythonValue.str)),
        ])
    }
}

extension Duration {
    /// The duration in seconds, to the thousandth.
    var rounded: Double { ((self / .seconds(1)) * 1000).rounded() / 1000 }

    /// The duration in seconds with two decimals.
    var hundredths: String {
        let hundredths = (self / .milliseconds(10)).rounded()
        guard let count = Int(exactly: hundredths) else { return "\(hundredths / 100)" }
        return "\(count / 100)." + (count % 100 < 10 ? "0" : "") + "\(count % 100)"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
