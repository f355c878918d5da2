/// A command to a Clarity, by its first byte, with the names of python-microscope's and Aurox' own programs for it.
///
/// The answer repeats the byte; what was asked for follows.
enum ClarityCommand: UInt8 {
    case version = 0x00
    case getOnOff = 0x12
    case getDoor = 0x13
    case getDisk = 0x14
    case getFilter = 0x15
    case getCalibration = 0x16
    case serial = 0x19
    case status = 0x1f
    case setOnOff = 0x21
    case setDisk = 0x23
    case setFilter = 0x24
    case setCalibration = 0x25

    /// What is asked for, in words.
    var name: String { "\(self)" }
}

/// Bytes of a Clarity's answers that stand for no position.
enum ClarityCode {
    static let running: UInt8 = 0x0f
    static let asleep: UInt8 = 0x7f
    static let moving: UInt8 = 0x10
    static let error: UInt8 = 0xff
    /// In place of the command: not understood.
    static let unknownCommand: UInt8 = 0xff
    static let calibrationOn: UInt8 = 0x01
    static let calibrationOff: UInt8 = 0x02
    /// By the reading of Aurox' newer program; python-microscope found the two swapped.
    static let doorClosed: UInt8 = 0x01
}
