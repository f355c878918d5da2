/// The bits of a Stradus laser's fault code: the answer to `?FC`.
enum StradusBits {
    static let standby = 1
    static let warmingUp = 2
    /// Those that are no faults.
    static let states = standby | warmingUp

    private static let faults: [(bit: Int, name: String)] = [
        (4, "value out of range"), (8, "invalid command"), (16, "interlock open"), (32, "TEC off"),
        (64, "over-current"), (128, "diode temperature"), (256, "base plate temperature"), (512, "power not locked"),
        (1024, "EEPROM"), (2048, "I2C"), (4096, "fan"), (8192, "supply"), (16384, "temperature"),
        (32768, "end of life"),
    ]

    static func names(ofFault code: Int) -> String { bitNames(of: code & ~states, faults) }

    static func name(ofState code: Int) -> String {
        code & warmingUp != 0 ? "warm-up" : code & standby != 0 ? "standby" : "emission"
    }
}
