import Devices
import Platform
import Transports

@testable import FilterWheels

/// The wheels that all tests run over.
enum TestMake: CaseIterable {
    case zwo, starlightXpress, clarity, fingerLakes, oldFingerLakes

    func model(_ step: Duration = .milliseconds(5), serial: String? = nil) -> SimulatedWheel {
        let options = SimulatedWheelOptions(serial: serial, positions: 7, stepTime: step, homingTime: step)
        return switch self {
        case .zwo: .zwo(options)
        case .starlightXpress: .starlightXpress(options)
        case .clarity: .clarity(options)
        case .fingerLakes: .fingerLakes(options)
        case .oldFingerLakes: .fingerLakes(options, hardware: 0x02)
        }
    }

    var session: any WheelSession.Type {
        switch self {
        case .zwo: ZWOSession.self
        case .starlightXpress: StarlightXpressSession.self
        case .clarity: ClaritySession.self
        case .fingerLakes, .oldFingerLakes: FingerLakesSession.self
        }
    }

    func open(_ configuration: WheelConfiguration, in world: World) throws -> any FilterWheel {
        try open(configuration, on: world.bus, pace: WheelPace(interval: .milliseconds(5)), log: world.log) {
            // The world lasts for as long as the wheel.
            world.time.now
        }
    }

    func open(
        _ configuration: WheelConfiguration,
        on bus: any USBBus,
        pace: WheelPace,
        log: DeviceLog,
        now: @escaping () -> ContinuousClock.Instant = { .now }
    ) throws -> any FilterWheel {
        func open<Session: WheelSession>(_: Session.Type) throws -> any FilterWheel {
            try USBFilterWheel<Session>(configuration, on: bus, pace: pace, log: log, now: now)
        }
        return try open(session)
    }

    /// A wheel that is plugged in and open, and what it is made of.
    func plugged(_ step: Duration = .milliseconds(5)) throws -> PluggedWheel {
        let (world, model) = (try World(), model(step))
        let port = world.port()
        try world.plugIn(model, at: port)
        return PluggedWheel(world: world, model: model, port: port, wheel: try open(.init(port: port), in: world))
    }

    struct PluggedWheel {
        let world: World
        let model: SimulatedWheel
        let port: USBPort
        let wheel: any FilterWheel

        /// Moves, and waits until the wheel is there.
        func move(to position: Int) throws { try Self.finish(try wheel.move(to: position)) }

        static func finish(_ completion: Completion) throws {
            let end = ContinuousClock.now + .seconds(10)
            while try completion.poll() == nil {
                guard ContinuousClock.now < end else { throw DeviceError(.failed, "not complete after ten seconds") }
                Pause.wait(for: .milliseconds(2))
            }
        }

        /// Advances the time so far that the wheel's last state has expired.
        func forget() { world.time.advance(.seconds(1)) }

        /// The position once the wheel stands and reports it.
        func eventualPosition() throws -> Int {
            let end = ContinuousClock.now + .seconds(5)
            while true {
                do {
                    if try !wheel.isMoving || ContinuousClock.now > end { return try wheel.position }
                } catch  where ContinuousClock.now < end {}
                Pause.wait(for: .milliseconds(5))
            }
        }
    }
}
