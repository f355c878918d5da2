import Devices
import SerialInstruments
import Testing
import Transports

@testable import FilterWheels

/// A simulated wheel and its driver.
typealias DrivenWheel<Instrument: SimulatedInstrument, Commands: WheelCommands> =
    DrivenInstrument<Instrument, SerialWheel<Commands>>

/// Long enough for the slowest machine; no test that passes waits for it.
let patience = Duration.seconds(20)

/// A fast wheel with six positions.
func fw102c(
    positions: Int = 6,
    _ change: (inout SimulatedFW102C) -> Void = { _ in }
) throws -> DrivenWheel<SimulatedFW102C, FW102CCommands> {
    var wheel = SimulatedFW102C(positionCount: positions)
    wheel.stepTime = .milliseconds(5)
    change(&wheel)
    return try DrivenWheel(wheel, FW102CCommands.port) { connector in
        try SerialWheel(FW102CCommands(), connector, FW102CCommands.format.fast)
    }
}

/// A fast slider.
func elliptec(
    type: Int = 9,
    address: Int = 0,
    _ change: (inout SimulatedElliptec) -> Void = { _ in }
) throws -> DrivenWheel<SimulatedElliptec, ElliptecCommands> {
    var slider = SimulatedElliptec(address: address, type: type)
    slider.travelTime = .milliseconds(20)
    change(&slider)
    return try DrivenWheel(slider, ElliptecCommands.port) { connector in
        try SerialWheel(ElliptecCommands(address: address), connector, ElliptecCommands.format.fast)
    }
}

extension FilterWheel {
    /// Moves and waits for the end, as a client's call does; `look` is called while it is on its way.
    func go(to position: Int, _ look: () throws -> Void = {}) throws {
        try move(to: position).wait(look)
    }
}

extension Device {
    func setting(_ name: String) throws -> Setting { try #require(settings.first { $0.name == name }) }
}
