internal import Transports

extension SimulatedWheel {
    /// A simulated Finger Lakes wheel with a newer board, or with an old one that counts steps only.
    public static func fingerLakes(_ options: SimulatedWheelOptions, isOld: Bool = false) -> SimulatedWheel {
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
        let language: any SimulatedWheelLanguage =
            isOld ? OldFingerLakesLanguage(options, at: .now) : FingerLakesLanguage(options, at: .now)
        return SimulatedWheel(description, language)
    }
}

extension WheelMechanics {
    fileprivate mutating func answer(_ word: UInt16, _ low: UInt8 = 0, more: [UInt8] = []) {
        answer([UInt8(word >> 8), UInt8(word & 0xff) | low] + more)
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
    private let options: SimulatedWheelOptions

    init(_ options: SimulatedWheelOptions, at now: ContinuousClock.Instant) {
        self.options = options
        mechanics = WheelMechanics(options, at: now)
    }

    mutating func powerUp(at now: ContinuousClock.Instant) {
        // The board does not home by itself.
        isHomed = false
        mechanics.answers = []
    }

    mutating func take(_ bytes: [UInt8], at now: ContinuousClock.Instant) {
        guard let word = bytes.word else { return }
        let place = mechanics.rotor.place(at: now)
        switch word {
        case 0x8000: mechanics.answer(word)
        case 0x8001: mechanics.answer(0x8000, 0x45)
        case 0x8002: mechanics.answer(0x8000, 0xff)
        case 0x8008: mechanics.answer(0x8000, UInt8(clamping: mechanics.rotor.count), more: [0, 0])
        case 0xb000: mechanics.answer(word, place == .homing ? 0x04 : isHomed ? 0x08 : 0)
        case 0xf000:
            isHomed = true
            mechanics.rotor.home(at: now)
            mechanics.answer(word)
        case 0xc000...0xcfff:
            if Int(word & 0xff) < mechanics.rotor.count { mechanics.rotor.go(to: Int(word & 0xff), at: now) }
            mechanics.answer(word)
        case 0x7000: mechanics.answer(word, Self.isStill(place) ? 0 : 0x1e)
        case 0x6000:
            var answer = [UInt8](repeating: 0, count: 10)
            if case .standing(let slot) = place, isHomed { answer[7] = UInt8(clamping: slot) } else { answer[7] = 0xff }
            mechanics.answer(word, more: answer)
        default: break
        }
    }

    private static func isStill(_ place: Rotor.Place) -> Bool { if case .standing = place { true } else { false } }
}

/// The command words of a simulated old board with seven slots, which knows steps and home.
private struct OldFingerLakesLanguage: SimulatedWheelLanguage {
    var mechanics: WheelMechanics
    /// Steps from home to the end of the last move, and when that ends.
    private var steps = 0
    private var end: ContinuousClock.Instant
    private var awaitsHome = false
    private let options: SimulatedWheelOptions
    private static let stepsPerSlot = 34
    private static let stepsPerTurn = 241

    init(_ options: SimulatedWheelOptions, at now: ContinuousClock.Instant) {
        self.options = options
        mechanics = WheelMechanics(options, at: now)
        end = now
    }

    mutating func powerUp(at now: ContinuousClock.Instant) {
        (awaitsHome, end, mechanics.answers) = (false, now, [])
        // The wheel stands wherever it was left.
        steps = 100
    }

    mutating func take(_ bytes: [UInt8], at now: ContinuousClock.Instant) {
        guard let word = bytes.word else { return }
        switch word {
        case 0x8000: mechanics.answer(word)
        case 0x8001: mechanics.answer(0x8000, 0x30)
        case 0x8002: mechanics.answer(0x8000, 0x02)
        case 0xb000: mechanics.answer(word)
        case 0xf000: (awaitsHome, end, steps) = (true, now + options.homingTime, 0)
        case 0x9000...0x9fff:
            let count = Int(word & 0x0fff)
            steps = (steps + count) % Self.stepsPerTurn
            end = now + options.stepTime * count / Self.stepsPerSlot
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
}
