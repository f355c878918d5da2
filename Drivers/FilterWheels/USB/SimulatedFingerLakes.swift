internal import Transports

extension SimulatedWheel {
    /// A simulated Finger Lakes wheel.
    ///
    /// - Parameters:
    ///   - hardware: ff for a board that knows its slots, 00 to 0a for one that counts steps.
    ///   - firmware: from 0x43 on, newer boards report their slot.
    public static func fingerLakes(
        _ options: SimulatedWheelOptions,
        hardware: UInt8 = 0xff,
        firmware: UInt8 = 0x45
    ) -> SimulatedWheel {
        let description = USBDescription(
            USBKind(0x0f18, 0x0007),
            manufacturer: "Finger Lakes Instrumentation",
            product: "CFW-2-7",
            interface: USBInterface(
                0,
                function: 0xff,
                endpoints: [USBEndpoint(0x02, .bulk, packetSize: 64), USBEndpoint(0x82, .bulk, packetSize: 64)]
            )
        )
        if hardware >= 0xfe {
            return SimulatedWheel(description, FingerLakesLanguage(options, hardware, firmware, at: .now))
        }
        return SimulatedWheel(description, OldFingerLakesLanguage(options, hardware, at: .now))
    }
}

extension WheelMechanics {
    fileprivate mutating func answer(_ word: UInt16, _ low: UInt8 = 0, more: [UInt8] = []) {
        answer([UInt8(word >> 8), UInt8(word & 0xff) | low] + more)
    }

    /// Answers the questions of all boards; whether it was one.
    fileprivate mutating func identify(_ word: UInt16, hardware: UInt8, firmware: UInt8) -> Bool {
        switch word {
        case 0x8000: answer(word)
        case 0x8001: answer(0x8000, firmware)
        case 0x8002: answer(0x8000, hardware)
        case 0x8003:
            let model = Array("CFW-2-7".utf8)
            answer(model + [UInt8](repeating: 0, count: 32 - model.count))
        default: return false
        }
        return true
    }
}

extension [UInt8] {
    /// The command word.
    fileprivate var word: UInt16? { count >= 2 ? UInt16(self[0]) << 8 | UInt16(self[1]) : nil }
}

/// The command words of a simulated newer board.
private struct FingerLakesLanguage: SimulatedWheelLanguage {
    var mechanics: WheelMechanics
    private var isHomed = false
    private let hardware: UInt8
    private let firmware: UInt8

    init(_ options: SimulatedWheelOptions, _ hardware: UInt8, _ firmware: UInt8, at now: ContinuousClock.Instant) {
        (self.hardware, self.firmware) = (hardware, firmware)
        mechanics = WheelMechanics(options, at: now)
    }

    mutating func powerUp(at now: ContinuousClock.Instant) {
        // The board does not home by itself.
        isHomed = false
        mechanics.answers = []
    }

    mutating func take(_ bytes: [UInt8], at now: ContinuousClock.Instant) {
        guard let word = bytes.word else { return }
        if mechanics.identify(word, hardware: hardware, firmware: firmware) { return }
        let place = mechanics.rotor.place(at: now)
        let count = UInt8(clamping: mechanics.rotor.count)
        let isLong = firmware >= 0x43
        switch word {
        case 0x8008: mechanics.answer(0x8000, count, more: isLong ? [count, 0] : [])
        // Steps a second.
        case 0x8009: mechanics.answer(0x8000, 0x64)
        case 0xb000: mechanics.answer(word, status(place))
        case 0xf000:
            isHomed = true
            mechanics.rotor.home(at: now)
            mechanics.answer(word)
        case 0xc000...0xcfff:
            // In the longer form the third and fourth byte are the slots of two wheels, ff for a wheel that stays.
            let slot = bytes.count >= 4 ? bytes[2] : UInt8(word & 0xff)
            if Int(slot) < mechanics.rotor.count { mechanics.rotor.go(to: Int(slot), at: now) }
            mechanics.answer(word)
        case 0x7000:
            let left: UInt8 = Self.isStill(place) ? 0 : 0x1e
            if bytes.count >= 4 { mechanics.answer(0x7000, more: [0, left]) } else { mechanics.answer(word, left) }
        case 0x6000 where isLong: reportPosition(place)
        case 0x9000...0xafff: mechanics.answer(word & 0xf000)
        default: break
        }
    }

    private func status(_ place: Rotor.Place) -> UInt8 {
        switch place {
        case .homing: 0x04
        case .moving: 0x01 | (isHomed ? 0x08 : 0)
        case .standing, .jammed: isHomed ? 0x08 : 0
        }
    }

    private mutating func reportPosition(_ place: Rotor.Place) {
        var answer = [UInt8](repeating: 0, count: 10)
        if case .standing(let slot) = place, isHomed { answer[7] = UInt8(clamping: slot) } else { answer[7] = 0xff }
        (answer[8], answer[9]) = (answer[7], 0xff)
        mechanics.answer(0x6000, more: answer)
    }

    private static func isStill(_ place: Rotor.Place) -> Bool { if case .standing = place { true } else { false } }
}

/// The command words of a simulated old board, which knows steps and home.
private struct OldFingerLakesLanguage: SimulatedWheelLanguage {
    var mechanics: WheelMechanics
    /// Steps from home, in the direction of `Annn`, at the end of the last move, and when that ends.
    private var steps = 0
    private var end: ContinuousClock.Instant
    private var awaitsHome = false
    private let options: SimulatedWheelOptions
    private let hardware: UInt8
    /// The steps from each slot to the next.
    private let gaps: [Int]
    /// The steps from home to the first slot.
    private let offset: Int
    private var turn: Int { gaps.reduce(0, +) }

    /// The wheels by hardware type: slots, steps from each slot to the next, steps from home (libfli's `wheeldata`).
    private static let wheels: [UInt8: (slots: Int, gap: Int, offset: Int)] = [
        0x00: (5, 48, 0), 0x01: (3, 80, 48), 0x03: (8, 30, 18), 0x04: (15, 48, 0), 0x05: (12, 20, 6), 0x06: (10, 24, 0),
        0x08: (7, 52, 14), 0x09: (20, 29, 494), 0x0a: (12, 48, 35),
    ]

    init(_ options: SimulatedWheelOptions, _ hardware: UInt8, at now: ContinuousClock.Instant) {
        (self.options, self.hardware) = (options, hardware)
        let wheel = Self.wheels[hardware]
        gaps = wheel.map { [Int](repeating: $0.gap, count: $0.slots) } ?? [34, 34, 35, 34, 34, 35, 35]
        offset = wheel?.offset ?? 14
        mechanics = WheelMechanics(options, at: now)
        end = now
    }

    mutating func powerUp(at now: ContinuousClock.Instant) {
        (awaitsHome, end, mechanics.answers) = (false, now, [])
        // The wheel stands wherever it was left.
        steps = 100
    }

    mutating func take(_ bytes: [UInt8], at now: ContinuousClock.Instant) {
        guard let word = bytes.word, !mechanics.identify(word, hardware: hardware, firmware: 0x30) else { return }
        switch word {
        case 0xb000: mechanics.answer(word)
        case 0xf000: (awaitsHome, end, steps) = (true, now + options.homingTime, 0)
        // Halts.
        case 0xa000:
            end = now
            mechanics.answer(word)
        case 0x9000...0xafff:
            let count = Int(word & 0x0fff)
            steps += word < 0xa000 ? -count : count
            end = now + options.stepTime * count * gaps.count / turn
            mechanics.answer(word)
        case 0x7000: mechanics.answer(word, isMoving(at: now) ? 0x1e : 0)
        default: break
        }
    }

    mutating func pass(_ now: ContinuousClock.Instant) {
        guard awaitsHome, !isMoving(at: now) else { return }
        awaitsHome = false
        mechanics.answer(0xf000)
    }

    private func isMoving(at now: ContinuousClock.Instant) -> Bool {
        now < end || mechanics.rotor.isJammed || mechanics.rotor.isSlipping
    }

    func slot(at now: ContinuousClock.Instant) -> Int? {
        let place = ((steps - offset) % turn + turn) % turn
        // Two steps off are still in front of the light.
        return isMoving(at: now) ? nil : gaps.indices.first { abs(gaps[..<$0].reduce(0, +) - place) <= 2 }
    }
}
