/// The numbers of Sapphire lasers and what they stand for.
enum SapphireBits {
    static let ready = 1 << 13

    private static let fault: [(bit: Int, name: String)] = [
        (1 << 0, "interlock"), (1 << 1, "diode temperature"), (1 << 2, "base plate temperature"),
        (1 << 3, "controller temperature"), (1 << 4, "diode current"), (1 << 5, "analog interface"),
        (1 << 6, "base plate temperature, light off"), (1 << 7, "diode temperature, light off"),
        (1 << 8, "waiting for the temperature control"), (1 << 9, "head EEPROM"), (1 << 10, "controller EEPROM"),
        (1 << 11, "EEPOT1"), (1 << 12, "EEPOT2"),
    ]

    static func names(ofFault bits: Int) -> String { bitNames(of: bits, fault) }

    /// Whether it comes to emit light, once it is warm.
    static func isStarting(_ state: Int) -> Bool { state == 1 || state == 2 }

    static func name(ofState code: Int) -> String {
        switch code {
        case 1: "start-up"
        case 2: "warm-up"
        case 3: "standby"
        case 4: "laser on"
        case 5: "laser ready"
        case 6: "error"
        default: "unknown (\(code))"
        }
    }
}
