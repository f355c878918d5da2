import Devices
import Threads
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
        case .oldFingerLakes: .fingerLakes(options, isOld: true)
        }
    }

    func open(_ configuration: WheelConfiguration, in world: World) throws -> any FilterWheel {
        switch self {
        case .zwo: try open(ZWOSession.self, configuration, world)
        case .starlightXpress: try open(StarlightXpressSession.self, configuration, world)
        case .clarity: try open(ClaritySession.self, configuration, world)
        case .fingerLakes, .oldFingerLakes: try open(FingerLakesSession.self, configuration, world)
        }
    }

    private func open<Session: WheelSession>(
        _: Session.Type,
        _ configuration: WheelConfiguration,
        _ world: World
    ) throws -> any FilterWheel {
        try USBFilterWheel<Session>(
            configuration,
            on: world.bus,
            pace: WheelPace(interval: .milliseconds(5)),
            log: world.log
        ) {
            // The world lasts for as long as the wheel.
            world.time.now
        }
    }

    /// A wheel that is plugged in and open, and what it is made of.
    func bench(_ step: Duration = .milliseconds(5)) throws -> Bench {
        let (world, model) = (try World(), model(step))
        let port = world.port()
        try world.plugIn(model, at: port)
        return Bench(world: world, model: model, port: port, wheel: try open(.init(port: port), in: world))
    }

    struct Bench {
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

        /// Lets so much time pass that nothing that was seen of the wheel counts any more.
        func forget() { world.time.advance(.seconds(1)) }

        /// The position, as soon as it can be told and the wheel stands.
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
