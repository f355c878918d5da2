internal import Transports

extension SimulatedWheel {
    /// A simulated EFW with the reports and quirks that its users have documented.
    public static func zwo(_ options: SimulatedWheelOptions) -> SimulatedWheel {
        let description = USBDescription(
            USBKind(0x03c3, 0x1f01),
            // A zero, not an O.
            manufacturer: "ZW0",
            product: "ZWO EFW",
            interface: USBInterface(
                0,
                function: 3,
                endpoints: [
                    USBEndpoint(0x81, .interrupt, packetSize: 16), USBEndpoint(0x01, .interrupt, packetSize: 16),
                ]
            ),
            reports: ZWOLanguage.reports
        )
        return SimulatedWheel(description, ZWOLanguage(options, at: .now))
    }
}

/// The feature reports of a simulated EFW.
private struct ZWOLanguage: SimulatedWheelLanguage {
    var mechanics: WheelMechanics
    private let serial: [UInt8]
    /// The selector of the next answer.
    private var selector: UInt8 = 0x01
    /// The current error; it stays until it is cleared.
    private var error: UInt8 = 0

    /// Four reports of fifteen bytes each, not counting the report numbers.
    static let reports: [UInt8] =
        [0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01]
        + (1...4).flatMap { id -> [UInt8] in
            [0x85, id, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x0f, 0x09, id, 0xb1, 0x02]
        } + [0xc0]

    init(_ options: SimulatedWheelOptions, at now: ContinuousClock.Instant) {
        mechanics = WheelMechanics(options, at: now)
        serial = Self.frame(ofSerial: options.serial ?? "1f2120703dcef2b1")
    }

    mutating func powerUp(at now: ContinuousClock.Instant) {
        (selector, error) = (0x01, 0)
        mechanics.powerUp(at: now)
    }

    mutating func control(_ request: ControlRequest, _ bytes: [UInt8], at now: ContinuousClock.Instant) -> [UInt8]? {
        switch (request.type, request.request, request.value) {
        case (0x21, 0x09, 0x0303): return take(command: bytes, at: now)
        case (0xa1, 0x01, 0x0301): return mechanics.faults.spoil(answer(at: now)) ?? []
        default: return nil
        }
    }

    private mutating func take(command bytes: [UInt8], at now: ContinuousClock.Instant) -> [UInt8]? {
        guard bytes.count == 16, bytes.starts(with: [0x03, 0x7e, 0x5a]) else { return nil }
        switch (bytes[3], bytes[4]) {
        case (0x02, let wanted): selector = wanted
        case (0x01, 0x02), (0x01, 0x03): move(to: bytes[5], at: now)
        case (0x01, 0x01): mechanics.rotor.home(at: now)
        case (0x01, 0x0f):
            error = 0
            mechanics.rotor.stop(at: now)
        default: break
        }
        return []
    }

    private mutating func move(to slot: UInt8, at now: ContinuousClock.Instant) {
        // The wheel ignores slots that it does not have, and every move while it reports an error.
        guard (1...mechanics.rotor.count).contains(Int(slot)), error == 0 else { return }
        mechanics.rotor.go(to: Int(slot) - 1, at: now)
    }

    private mutating func answer(at now: ContinuousClock.Instant) -> [UInt8] {
        switch selector {
        case 0x01: status(at: now)
        case 0x04: [0x01, 0x7e, 0x5a, 0x04, 3, 0, 9, 0] + Array("EFW-S-0".utf8) + [0]
        case 0x0c: serial
        default: [0x01, 0x7e, 0x5a, selector] + [UInt8](repeating: 0, count: 12)
        }
    }

    private mutating func status(at now: ContinuousClock.Instant) -> [UInt8] {
        let count = UInt8(clamping: mechanics.rotor.count)
        let target = UInt8(clamping: mechanics.rotor.target + 1)
        let (state, current, slots): (UInt8, Int, UInt8)
        switch mechanics.rotor.place(at: now) {
        // The wheel counts its slots again.
        case .homing: (state, current, slots) = (0x00, 0, 1)
        case .moving(let past): (state, current, slots) = (0x04, past, count)
        case .standing(let place): (state, current, slots) = (error == 0 ? 0x01 : 0x06, place, count)
        case .jammed(let place):
            error = 0x0c
            (state, current, slots) = (0x06, place, count)
        }
        let slot = UInt8(clamping: current + 1)
        return [0x01, 0x7e, 0x5a, 0x01, state, error, target, slot, slot, slots, 0, 0, 0, 0, 0x2b, 0x01]
    }

    /// The report that encodes a serial number of sixteen digits.
    private static func frame(ofSerial text: String) -> [UInt8] {
        let digits = text.compactMap { UInt8(String($0), radix: 16) }.prefix(16)
        let all = digits + [UInt8](repeating: 0, count: 16 - digits.count)
        let whole = stride(from: 7, to: 15, by: 2).map { all[$0] << 4 | all[$0 + 1] }
        return [0x01, 0x7e, 0x5a, 0x0c] + all[..<7] + whole + [all[15]]
    }
}
