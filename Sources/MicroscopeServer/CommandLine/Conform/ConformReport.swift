import Pickle
import Pyro

/// What came of the contracts on all devices.
struct ConformReport {
    let file: String
    let devices: [DeviceReport]
    let duration: Duration
    /// What a program ends with that a signal has ended.
    var interruption: Int32?

    /// What the program ends with: 1 if a device is not as it must be, 2 if one was left alone.
    var status: Int32 {
        if let interruption { return interruption }
        if devices.contains(where: { [.broken, .failed].contains($0.verdict) }) { return 1 }
        return devices.contains { $0.verdict == .served } ? 2 : 0
    }

    /// The last line for people.
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

    /// As docs/conform.md has it.
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
