/// The bits of Omicron's status, mode and failure words, and what they stand for.
enum OmicronBits {
    // Of the status.
    static let error = 1 << 0
    static let emitting = 1 << 1
    static let enabled = 1 << 6
    static let key = 1 << 7
    static let keyToggle = 1 << 8

    // Of the failures.
    static let interlock = 1 << 9

    // Of the mode.
    /// Bias and operation released: without both it emits nothing.
    static let released = 1 << 3 | 1 << 4
    static let digital = 1 << 5
    static let analog = 1 << 7
    static let constantPower = 1 << 8
    static let modulated = digital | analog

    private static let status: [(bit: Int, name: String)] = [
        (error, "error"), (emitting, "emission"), (enabled, "external enable"), (key, "key on"),
        (keyToggle, "key must be toggled"),
    ]

    private static let failures: [(bit: Int, name: String)] = [
        (1 << 0, "soft interlock"), (1 << 4, "CDRH"), (1 << 5, "internal communication"), (1 << 8, "voltage"),
        (interlock, "interlock loop open"), (1 << 10, "over-current"), (1 << 11, "ambient temperature"),
        (1 << 12, "diode temperature"), (1 << 14, "internal error"), (1 << 15, "over-power"),
    ]

    /// Bits that no source explains are left out: they are set in healthy lasers too.
    static func names(ofStatus bits: Int) -> String { bitNames(of: bits & status.reduce(0) { $0 | $1.bit }, status) }

    static func names(ofFailure bits: Int) -> String { bitNames(of: bits, failures) }
}
