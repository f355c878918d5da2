internal import Transports

extension SimulatedWheel {
    /// A simulated Aurox Clarity.
    ///
    /// No source names its endpoints; they follow from its reports.
    public static func clarity(_ options: SimulatedWheelOptions) -> SimulatedWheel {
        let description = USBDescription(
            USBKind(0x1f0a, 0x0088),
            manufacturer: "Aurox",
            product: "Clarity",
            interface: USBInterface(
                0,
                function: 3,
                endpoints: [
                    USBEndpoint(0x81, .interrupt, packetSize: 16), USBEndpoint(0x01, .interrupt, packetSize: 16),
                ]
            ),
            reports: [
                0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x10,
                0x09, 0x02, 0x81, 0x02, 0x09, 0x03, 0x91, 0x02, 0xc0,
            ]
        )
        return SimulatedWheel(description, ClarityLanguage(options, at: .now))
    }
}

/// The sixteen-byte reports of a simulated Clarity.
private struct ClarityLanguage: SimulatedWheelLanguage {
    var mechanics: WheelMechanics
    private let serial: [UInt8]
    private var disk: Rotor
    private var isOn = false
    private var calibrates = false
    /// The time from which a move becomes visible.
    private var shows: ContinuousClock.Instant

    init(_ options: SimulatedWheelOptions, at now: ContinuousClock.Instant) {
        var options = options
        (options.positions, options.homingTime) = (4, .zero)
        mechanics = WheelMechanics(options, at: now)
        disk = Rotor(count: 4, stepTime: options.stepTime * 4, homingTime: .zero, at: now)
        shows = now
        let digits = (options.serial ?? "12345678").compactMap { UInt8(String($0), radix: 16) }.prefix(8)
        let all = [UInt8](repeating: 0, count: 8 - digits.count) + digits
        serial = stride(from: 6, through: 0, by: -2).map { all[$0] << 4 | all[$0 + 1] }
    }

    mutating func powerUp(at now: ContinuousClock.Instant) {
        (isOn, calibrates) = (false, false)
        mechanics.powerUp(at: now)
    }

    mutating func take(_ bytes: [UInt8], at now: ContinuousClock.Instant) {
        guard bytes.count >= 2 else { return }
        var answer = [bytes[0]] + reply(to: ClarityCommand(rawValue: bytes[0]), bytes[1], at: now)
        if ClarityCommand(rawValue: bytes[0]) == nil { answer[0] = ClarityCode.unknownCommand }
        mechanics.answer(answer + [UInt8](repeating: 0, count: max(0, 16 - answer.count)))
    }

    private mutating func reply(
        to command: ClarityCommand?,
        _ parameter: UInt8,
        at now: ContinuousClock.Instant
    ) -> [UInt8] {
        switch command {
        case .version: return [1, 2, 3]
        case .serial: return serial
        case .getOnOff: return [isOn ? ClarityCode.running : ClarityCode.asleep]
        case .setOnOff:
            isOn = parameter == ClarityCode.running
            return [parameter]
        case nil: return []
        // Everything else needs the unit to be on.
        case _ where !isOn: return [ClarityCode.asleep]
        case .getDoor: return [ClarityCode.doorClosed]
        case .getDisk: return [place(of: disk, from: 0, at: now)]
        case .getFilter: return [place(of: mechanics.rotor, from: 1, at: now)]
        case .getCalibration: return [calibrates ? ClarityCode.calibrationOn : ClarityCode.calibrationOff]
        case .status: return [1, 2, 3, ClarityCode.running, ClarityCode.doorClosed]
        case .setDisk, .setFilter, .setCalibration: return [set(command, parameter, at: now)]
        }
    }

    /// - Returns: the byte of the answer.
    private mutating func set(_ command: ClarityCommand?, _ value: UInt8, at now: ContinuousClock.Instant) -> UInt8 {
        switch (command, value) {
        case (.setDisk, 0...3): disk.go(to: Int(value), at: now)
        case (.setFilter, 1...4): mechanics.rotor.go(to: Int(value) - 1, at: now)
        case (.setCalibration, _): calibrates = value == ClarityCode.calibrationOn
        default: return ClarityCode.error
        }
        shows = now + .milliseconds(50)
        return value
    }

    private func place(of rotor: Rotor, from first: Int, at now: ContinuousClock.Instant) -> UInt8 {
        switch rotor.place(at: now) {
        case .standing(let place): return UInt8(clamping: place + first)
        case .moving(let past): return now < shows ? UInt8(clamping: past + first) : ClarityCode.moving
        case .homing: return ClarityCode.moving
        case .jammed: return ClarityCode.error
        }
    }
}
