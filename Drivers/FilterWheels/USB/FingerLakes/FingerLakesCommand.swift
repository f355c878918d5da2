/// A command to a filter wheel of Finger Lakes: a word of sixteen bits, whose upper four the answer repeats (libfli).
enum FingerLakesCommand {
    case echo, firmware, hardware, slotCount
    /// Turning one way or the other, at home, looking for home.
    case status
    case home
    /// Turns the wheel a number of steps, by a board that does not know about slots.
    case step(UInt16)
    case stepsLeft
    /// Goes to a slot, from 0, by a board that knows about them.
    case go(toSlot: UInt8)
    /// Where the wheel stands: twelve bytes.
    case position

    var word: UInt16 {
        switch self {
        case .echo: 0x8000
        case .firmware: 0x8001
        case .hardware: 0x8002
        case .slotCount: 0x8008
        case .status: 0xb000
        case .home: 0xf000
        case .step(let count): 0x9000 | min(count, 0x0fff)
        case .stepsLeft: 0x7000
        case .go(let slot): 0xc000 | UInt16(slot)
        case .position: 0x6000
        }
    }

    var name: String { "\(self) (\(String(word, radix: 16)))" }
}

/// Bits of the answer to `status`.
enum FingerLakesStatus {
    static let isHoming: UInt8 = 0x04
    static let isHomed: UInt8 = 0x08
}
