public import Devices
internal import Platform
internal import Transports

/// A session with a ZWO electronic filter wheel (EFW), which uses feature reports on the control endpoint.
///
/// This works even with kernels that reject the wheel's HID descriptor, as those of 2025 do.
final class ZWOSession: WheelSession {
    static let make = WheelMake(
        word: "zwo-efw",
        name: "ZWO filter wheel",
        typeName: "ZWOFilterWheel",
        // The vendor's SDK accepts both.
        kinds: [USBKind(0x03c3, 0x1f01), USBKind(0x03c3, 0x1f02)],
        pace: WheelPace(interval: .milliseconds(100)),
        moveLimit: .seconds(30),
        startLimit: .seconds(90),
        settleTime: .milliseconds(1000)
    )

    private let hid: HIDConnection
    /// The time at which the wheel accepts the next command.
    private var ready = ContinuousClock.now
    private var isInError = false
    private(set) var positionCount: Int?
    private(set) var serial: String?

    init(_ connection: any USBConnection, _ configuration: WheelConfiguration) throws {
        hid = try HIDConnection(connection)
        serial = try ask(ZWOGetSerial())
    }

    func state() throws -> WheelState {
        let status = try ask(ZWOGetStatus())
        isInError = status.isInError
        if status.isIdle, status.count > 0 { positionCount = Int(status.count) }
        if status.isStarting { return .starting }
        if status.isInError { return .failed("error \(status.error) at slot \(status.current)") }
        let isThere = status.isIdle && status.target == status.current && status.current == status.reported
        return isThere && status.current > 0 ? .standing(at: Int(status.current) - 1) : .moving
    }

    func startMove(to position: Int) throws {
        if isInError { try send(.clearError) }
        try send(.move(to: UInt8(clamping: position + 1)))
    }

    /// Reads sixteen bytes.
    ///
    /// A trace of 2023 had to ask for seventeen; ASIAIR asks for sixteen.
    private func fetch() throws(USBError) -> [UInt8] {
        do throws(USBError) { return try hid.get(.feature, id: 1, length: 17) } catch  where error.kind == .stalled {
            return try hid.get(.feature, id: 1, length: 16)
        }
    }

    private func send(_ action: ZWOAction) throws {
        try write(action.report)
        ready = .now + .milliseconds(200)
    }

    private func write(_ report: [UInt8]) throws(USBError) {
        Pause.wait(for: ready - .now)
        // Sixteen bytes, except for a newer wheel whose descriptor says 64.
        let length = hid.sizes.length(.feature, id: 3) ?? hid.sizes.length(.output, id: 3) ?? 16
        let padding = [UInt8](repeating: 0, count: max(0, length - report.count))
        try hid.set(.feature, id: 3, report + padding)
    }

    /// Asks until the answer belongs to this question: the wheel may still hold the previous one.
    private func ask<Query: ZWOQuery>(_ query: Query) throws -> Query.Reply {
        try write(query.report)
        var answer: [UInt8] = []
        for _ in 0..<5 {
            answer = try fetch()
            if answer.count >= 16, answer.starts(with: query.head), let reply = query.read(answer) { return reply }
            Pause.wait(for: .milliseconds(10))
        }
        throw AnswerError(query.name, answer, of: hid.connection)
    }
}

extension ZWOSession {
    static func settings(of wheel: USBFilterWheel<ZWOSession>) -> [Setting] {
        [
            Setting("serial number", in: 255, get: { try wheel.use { $0.serial ?? "" } }),
            Setting("model", in: 255, get: { try wheel.use { try $0.ask(ZWOGetInfo()).model } }),
            Setting("firmware", in: 255, get: { try wheel.use { try $0.ask(ZWOGetInfo()).firmware } }),
        ]
    }
}

extension Driver where Configuration == WheelConfiguration {
    public static var zwoEFW: Self {
        .filterWheel(ZWOSession.self, "a ZWO electronic filter wheel (EFW) on USB") { configuration in
            SimulatedWheel.zwo(.init(configuration, positions: 7))
        }
        .proven(
            Proof(
                sources: "captured talks of wheels with firmware 3.0.9 and 3.6.2",
                witnesses: [
                    Witness(
                        "hidapi 0.15.0",
                        "the captured reports",
                        tests: "test_zwo_with_hidapi"
                    )
                ],
                untested: ["5 or 8 positions", "EFW mini", "USB 03c3:1f02"]
            )
        )
    }
}

/// A question to a ZWO wheel and its answer.
///
/// Reports to the wheel begin with `03 7e 5a`, its answers with `01 7e 5a` (regain, efw-go, fritzler's usbmon traces).
protocol ZWOQuery {
    associatedtype Reply
    /// The name of what is asked for, for error messages.
    var name: String { get }
    /// The byte that the question and its answer share.
    static var selector: UInt8 { get }
    /// Reads an answer of sixteen bytes whose head has been checked.
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
        /// Counted from 1, like the next two.
        let target: UInt8
        let current: UInt8
        let reported: UInt8
        /// The number of positions; it grows while the wheel calibrates.
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

    /// The serial number as the vendor's SDK prints it: the low halves of seven bytes, four whole bytes, a last half.
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

/// A command without an answer.
enum ZWOAction {
    /// Moves to a position, counted from 1, the shorter way round.
    case move(to: UInt8)
    /// Clears an error.
    case clearError

    var report: [UInt8] {
        switch self {
        case .move(let slot): [0x03, 0x7e, 0x5a, 0x01, 0x02, slot]
        case .clearError: [0x03, 0x7e, 0x5a, 0x01, 0x0f]
        }
    }
}
