public import Devices
internal import Threads
internal import Transports

/// The talk with an electronic filter wheel of ZWO's, by feature reports on the control endpoint.
///
/// That works whether or not the kernel accepts the wheel's HID descriptor, which kernels of 2025 do not.
final class ZWOSession: WheelSession {
    static let make = WheelMake(
        word: "zwo-efw",
        name: "ZWO filter wheel",
        typeName: "ZWOFilterWheel",
        // The vendor's SDK takes both.
        kinds: [USBKind(0x03c3, 0x1f01), USBKind(0x03c3, 0x1f02)],
        pace: WheelPace(interval: .milliseconds(100)),
        moveLimit: .seconds(30),
        startLimit: .seconds(90),
        settleTime: .milliseconds(1000)
    )

    private let hid: HIDConnection
    /// When the wheel listens again: it does not for a while after a command.
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

    /// Sixteen bytes, of which a trace of 2023 had to ask for one more, and ASIAIR asks for just these.
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
        // Sixteen bytes, but for a newer wheel, whose descriptor says 64.
        let length = hid.sizes.length(.feature, id: 3) ?? hid.sizes.length(.output, id: 3) ?? 16
        let padding = [UInt8](repeating: 0, count: max(0, length - report.count))
        try hid.set(.feature, id: 3, report + padding)
    }

    /// Asks until the answer is to this question, since the wheel may still have another one.
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
        .filterWheel(ZWOSession.self, "an electronic filter wheel (EFW) of ZWO's, on USB") { configuration in
            SimulatedWheel.zwo(.init(configuration, positions: 7))
        }
    }
}
