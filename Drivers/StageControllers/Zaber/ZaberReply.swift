internal import Transports

/// A line that a Zaber answers with: `@01 0 OK IDLE -- 0`.
struct ZaberReply: Sendable {
    let address: Int
    let axis: Int
    let isAccepted: Bool
    let isBusy: Bool
    /// `--` if there is nothing to warn of.
    let warning: String
    /// The data, or the reason why it was rejected.
    let data: String

    /// Nil for what is no reply, such as an alert.
    init?(_ line: String) {
        let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 6, fields[0].first == "@", let address = Int(fields[0].dropFirst()),
            let axis = fields[1].code(), ["OK", "RJ"].contains(fields[2]), ["IDLE", "BUSY"].contains(fields[3]),
            fields[4].count == 2
        else { return nil }
        (self.address, self.axis, warning, data) = (address, axis, fields[4], fields[5])
        (isAccepted, isBusy) = (fields[2] == "OK", fields[3] == "BUSY")
    }

    /// What the warning means; nil for none (Zaber's manual of the protocol).
    var warningText: String? {
        switch warning {
        case "--": nil
        case "FD": "the driver is disabled (FD)"
        case "FQ": "encoder error (FQ)"
        case "FS": "stalled and stopped (FS)"
        case "FE": "limit error (FE)"
        case "WH": "not homed (WH)"
        case "WR": "not homed (WR)"
        case "WL": "an unexpected limit (WL)"
        case "WV": "voltage out of range (WV)"
        case "WT": "too hot (WT)"
        case "WM": "displaced while it stood (WM)"
        case "NC": "under manual control (NC)"
        case "NI": "the movement was interrupted (NI)"
        default: "warning \(warning)"
        }
    }
}
