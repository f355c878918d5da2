import Contracts
import Devices
import Platform
import Server

/// The report of a run of `conform` as Markdown for an issue, without anything that says whose devices they are.
struct ReportForm {
    private let report: ConformReport
    private let drivers: DriverCatalog

    init(_ report: ConformReport, drivers: DriverCatalog) { (self.report, self.drivers) = (report, drivers) }

    var markdown: String {
        let parts = [Self.heading] + report.devices.map(section) + [Self.questions]
        return parts.joined(separator: "\n\n")
    }

    private static var heading: String {
        """
        # Report of a device

        | | |
        |---|---|
        | device-server | \(Server.version) |
        | system | \(SystemVersion.text) |

        Serial numbers, names of users and computers, and paths have been left out. Please read this through before you \
        publish it.
        """
    }

    /// What no program can know.
    private static let questions = """
        ## From the person at the device

        - Model as printed on its label:
        - How it is attached (cable, adapter, switches):
        - Did light, motion and images look as reported?
        - Anything else:
        """

    private func section(of device: DeviceReport) -> String {
        let clean = Anonymiser(device, in: report.file)
        let proof = drivers[device.device.definition.driver.name]?.proof
        let agreed = proof.map { $0.witnesses.map(\.program).joined(separator: ", ") } ?? "nothing is stated"
        var rows = [
            ("result", word(for: device.verdict)),
            ("hardware", device.device.definition.isSimulated ? "simulated" : "real"),
            ("agreed so far", agreed.isEmpty ? "simulated only" : agreed),
        ]
        rows += device.identity.facts.map { ($0.name, clean($0.value)) }
        if let reason = device.reason { rows.append(("reason", clean.thoroughly(reason))) }
        let forbidden = Effect.allCases.filter(device.forbidden.contains).map(\.rawValue)
        if !forbidden.isEmpty { rows.append(("not allowed", forbidden.joined(separator: ", "))) }
        return "## `\(device.device.definition.driver.name)`\n\n"
            + Self.table(("", ""), rows) + trials(device.results, clean)
    }

    private func trials(_ results: [TrialResult], _ clean: Anonymiser) -> String {
        guard !results.isEmpty else { return "" }
        let rows = results.map { result -> (String, String) in
            let name = result.path.isEmpty ? "\(result.contract)" : "\(result.path.dropFirst()): \(result.contract)"
            return switch result.verdict {
            case .kept: (clean(name), "passed, \(result.duration.hundredths) s")
            case .broken:
                (clean(name), "**failed**: " + result.findings.violations.map { clean($0) }.joined(separator: "; "))
            case .notTried:
                (clean(name), "not tried: " + result.findings.remarks.map { clean($0) }.joined(separator: "; "))
            }
        }
        return "\n\n" + Self.table(("tried", "result"), rows)
    }

    private func word(for verdict: DeviceReport.Verdict) -> String {
        switch verdict {
        case .kept: "all tests that were tried have passed"
        case .broken: "**tests have failed**"
        case .failed: "**it could not be opened or shut down**"
        case .absent: "absent"
        case .dependent: "not tried, since it works with other devices"
        case .served: "not tried, since a server has it open"
        case .interrupted: "interrupted"
        }
    }

    private static func table(_ head: (String, String), _ rows: [(String, String)]) -> String {
        let lines = rows.map { "| \(cell($0.0)) | \(cell($0.1)) |" }
        return (["| \(head.0) | \(head.1) |", "|---|---|"] + lines).joined(separator: "\n")
    }

    /// Text that neither ends a cell of a table nor begins a tag.
    private static func cell(_ text: String) -> String {
        var cell = ""
        for character in text {
            switch character {
            case "|": cell += "\\|"
            case "<": cell += "&lt;"
            case _ where character.isNewline: cell += " "
            default: cell.append(character)
            }
        }
        return cell
    }
}

/// The identity of a device in its own words: its model and firmware for a report, and the serial numbers that must not be in it.
struct DeviceIdentity {
    private(set) var facts: [(name: String, value: String)] = []
    private(set) var serialNumbers: [String] = []

    init() {}

    /// Reads the settings of an open device and of its parts; those that cannot be read are left out.
    init(of device: any Device) {
        read(device.settings, of: nil)
        for (name, part) in (device as? any Controller)?.devices ?? [] { read(part.settings, of: name) }
    }

    private mutating func read(_ settings: [Setting], of part: String?) {
        for setting in settings {
            let words = setting.name.lowercased().split { !$0.isLetter }
            guard let value = try? setting.get(), let text = Self.text(value) else { continue }
            if words.contains("serial") {
                serialNumbers.append(text)
            } else if setting.isReadOnly, words.contains(where: Self.identifyingWords.contains) {
                facts.append((part.map { "\($0): \(setting.name)" } ?? setting.name, text))
            }
        }
    }

    private static let identifyingWords: Set<Substring> = [
        "model", "firmware", "version", "hardware", "type", "controller",
    ]

    private static func text(_ value: PythonValue) -> String? {
        switch value {
        case .str(let text): text.isEmpty ? nil : text
        case .int(let number): "\(number)"
        default: nil
        }
    }
}

/// The system's name and version, without the computer's name.
private enum SystemVersion {
    static var text: String {
        let lines = FileSystem.text(of: "/etc/os-release")?.split(separator: "\n") ?? []
        let name = lines.first { $0.hasPrefix("PRETTY_NAME=") }?.dropFirst(12).filter { $0 != "\"" }
        let kernel = FileSystem.text(of: "/proc/sys/kernel/osrelease")?.filter { !$0.isNewline }
        return [name ?? "Linux", kernel.map { "kernel \($0)" }, processor].compactMap(\.self).joined(separator: ", ")
    }

    private static var processor: String {
        #if arch(x86_64)
            "x86_64"
        #elseif arch(arm64)
            "arm64"
        #else
            "another processor"
        #endif
    }
}
