import Devices
import SerialInstruments
import Testing
import Transports

@testable import FilterWheels

/// Garbled answers are errors, not crashes, and drivers go on once answers make sense again.
struct GarblingTests {
    /// With little patience for nonsense, and much for a machine that has a lot to do.
    private static func format(_ format: LineFormat, _ isInPeace: Bool) -> LineFormat {
        var format = format.fast
        format.patience = isInPeace ? patience : .milliseconds(10) * slowness
        format.silence = .milliseconds(2) * slowness
        return format
    }

    /// Moves, asks and sets all that there is, whatever comes of it, and then opens the wheel in peace.
    private func use<Base: SimulatedInstrument, Commands: WheelCommands>(
        _ base: Base,
        seed: UInt64,
        _ commands: Commands,
        _ settings: PortSettings,
        _ format: LineFormat
    ) throws {
        let setup = try DrivenWheel<Garbling<Base>, Commands>(Garbling(base, seed: seed), settings) { connector in
            try SerialWheel(commands, connector, Self.format(format, false))
        }
        if let wheel = try? setup.open() {
            for setting in wheel.settings { _ = try? setting.get() }
            for _ in 0..<3 { _ = try? wheel.position }
            // Whatever is asked after that waits for its end, which may have been garbled.
            _ = try? wheel.move(to: 2)
            for _ in 0..<3 { _ = try? wheel.isMoving }
            try? wheel.shutdown()
        }
        // Half a line that is still on its way belongs to no answer; only the silence after it shows that.
        setup.port.unplug()
        setup.port.update { $0.isGarbling = false }
        try setup.port.plugIn()
        let sound = try setup.open { try SerialWheel(commands, $0, Self.format(format, true)) }
        try sound.go(to: 1)
        #expect(try sound.position == 1)
        try sound.shutdown()
    }

    @Test(arguments: 0..<16 as Range<UInt64>) func fw102c(seed: UInt64) throws {
        var wheel = SimulatedFW102C(positionCount: 6)
        wheel.stepTime = .milliseconds(1)
        try use(wheel, seed: seed, FW102CCommands(), FW102CCommands.port, FW102CCommands.format)
    }

    @Test(arguments: 0..<16 as Range<UInt64>) func elliptec(seed: UInt64) throws {
        var slider = SimulatedElliptec(address: 0, type: 9)
        slider.travelTime = .milliseconds(1)
        try use(slider, seed: seed, ElliptecCommands(address: 0), ElliptecCommands.port, ElliptecCommands.format)
    }

    @Test(arguments: [
        "", "IN", "0IN", "é9109001232019170100", "ZZ1090012320191701", "-1109001232019170", "FF10900123201917",
    ])
    func whatIsNoIdentityIsNone(data: String) {
        let identity = ElliptecIdentity(data: data)
        #expect(identity?.positionCount ?? 0 == 0)
    }
}
