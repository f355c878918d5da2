internal import Transports

/// The numbers of OBIS lasers and what they stand for.
enum OBISBits {
    static let emitting = 0x2
    static let ready = 0x4
    static let delayed = 0x10
    static let warmingUp = 0x100

    private static let status: [(bit: Int, name: String)] = [
        (0x1, "fault"), (emitting, "emission"), (ready, "ready"), (0x8, "standby"), (delayed, "CDRH delay running"),
        (0x20, "hardware fault"), (0x40, "error queued"), (0x80, "power calibration"), (warmingUp, "warm-up"),
        (0x200, "noise"), (0x400, "external operating mode"), (0x800, "field calibration"), (0x1000, "power voltage"),
    ]

    private static let fault: [(bit: Int, name: String)] = [
        (0x1, "base plate temperature"), (0x2, "diode temperature"), (0x4, "internal temperature"), (0x8, "supply"),
        (0x10, "I2C"), (0x20, "over-current"), (0x40, "checksum"), (0x80, "checksum"), (0x100, "buffer"),
        (0x200, "warm-up limit"), (0x400, "TEC"), (0x800, "bus"), (0x1000, "diode temperature limit"),
        (0x2000, "laser ready lost"), (0x4000, "photodiode"), (0x8000, "fatal"), (0x10000, "start-up"),
        (0x20000, "watchdog"), (0x40000, "field calibration"), (0x100000, "over-power"),
    ]

    /// The upper bits hold a state of the controller that is not documented, and are left out.
    static func names(ofStatus bits: Int) -> String { bitNames(of: bits & 0x1FFF, status) }

    static func names(ofFault bits: Int) -> String { bitNames(of: bits, fault) }

    /// An error with its meaning: `ERR-100`.
    static func text(ofError answer: String) -> String {
        let meaning: String? =
            switch String(answer.dropFirst(3)) {
            case "-100": "unknown command"
            case "-102": "syntax"
            case "-109": "a parameter is missing"
            case "-200": "cannot be done now"
            case "-203": "protected"
            case "-220": "bad parameter"
            case "-221": "settings conflict"
            case "-241": "not available"
            case "-310": "system error"
            case "-321": "out of memory"
            case "-350": "too many errors queued"
            case "-400": "cannot be asked now"
            case let code: code.code().map { (500...900).contains($0) } == true ? "the box does not reach it" : nil
            }
        return meaning.map { "\(answer), \($0)" } ?? answer
    }
}
