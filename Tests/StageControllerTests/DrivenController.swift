import Devices
import SerialInstruments
import Testing
import Transports

@testable import StageControllers

/// A simulated controller and its driver.
typealias DrivenController<Instrument: SimulatedInstrument> = DrivenInstrument<Instrument, SerialController>

/// Long enough for the slowest machine; no test that passes waits for it.
let patience = Duration.seconds(20)

extension Controller {
    func device<Kind>(_ name: String, as _: Kind.Type = Kind.self) throws -> Kind {
        try #require(devices.first { $0.name == name }?.device as? Kind)
    }

    func stage(_ name: String = "stage") throws -> any Stage {
        try #require(device(name) as (any Device) as? any Stage)
    }

    func wheel(_ name: String) throws -> any FilterWheel {
        try #require(device(name) as (any Device) as? any FilterWheel)
    }
}

extension Stage {
    func axis(_ name: String) throws -> any StageAxis { try #require(axes.first { $0.name == name }?.axis) }
}

extension Device {
    func setting(_ name: String) throws -> Setting { try #require(settings.first { $0.name == name }) }
}
