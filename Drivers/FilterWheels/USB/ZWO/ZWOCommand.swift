/// A command to a ZWO wheel, and the answer to it, if there is one.
///
/// Reports as regain, efw-go and fritzler's usbmon traces have them: `03 7e 5a …` to the wheel, `01 7e 5a …` from it.
protocol ZWOQuery {
    associatedtype Reply
    /// What is asked for, in words.
    var name: String { get }
    /// The byte that both the question and the answer carry.
    static var selector: UInt8 { get }
    /// Reads an answer of sixteen bytes, which begins as it should.
    func read(_ answer: [UInt8]) -> Reply?
}

extension ZWOQuery {
    var report: [UInt8] { [0x03, 0x7e, 0x5a, 0x02, Self.selector] }
    /// The first bytes of the answer.
    var head: [UInt8] { [0x01, 0x7e, 0x5a, Self.selector] }
}

struct ZWOGetStatus: ZWOQuery {
    let name = "its status"
    static let selector: UInt8 = 0x01

    struct Reply: Equatable {
        let state: UInt8
        let error: UInt8
        /// From 1, as the next two.
        let target: UInt8
        let current: UInt8
        let reported: UInt8
        /// How many positions; climbs while it calibrates.
        let count: UInt8

        var isStarting: Bool { state == 0x00 }
        var isIdle: Bool { state == 0x01 }
        var isInError: Bool { state == 0x06 }
    }

    func read(_ answer: [UInt8]) -> Reply? {
        Reply(
            state: answer[4],
            error: answer[5],
            target: answer[6],
            current: answer[7],
            reported: answer[8],
            count: answer[9]
        )
    }
}

struct ZWOGetSerial: ZWOQuery {
    let name = "its serial number"
    static let selector: UInt8 = 0x0c

    /// In the form of the vendor's SDK: the low halves of seven bytes, four whole bytes, and a last half.
    func read(_ answer: [UInt8]) -> String? {
        let halves = (answer[4...10] + [answer[15]]).map { String($0 & 0x0f, radix: 16) }
        let whole = answer[11...14].map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return (halves[..<7] + whole + halves[7...]).joined()
    }
}

struct ZWOGetInfo: ZWOQuery {
    let name = "its firmware"
    static let selector: UInt8 = 0x04

    struct Reply: Equatable {
        /// `3.0.9`.
        let firmware: String
        /// `EFW-S-0`.
        let model: String
    }

    func read(_ answer: [UInt8]) -> Reply? {
        let model = answer[8...].prefix { (0x20...0x7e).contains($0) }
        return Reply(
            firmware: "\(answer[4]).\(answer[5]).\(answer[6])",
            model: String(decoding: model, as: UTF8.self)
        )
    }
}

/// Commands that are not answered.
enum ZWOAction {
    /// Goes to a position, counted from 1, the shorter way.
    case move(to: UInt8)
    /// Leaves an error.
    case clearError

    var report: [UInt8] {
        switch self {
        case .move(let slot): [0x03, 0x7e, 0x5a, 0x01, 0x02, slot]
        case .clearError: [0x03, 0x7e, 0x5a, 0x01, 0x0f]
        }
    }
}
