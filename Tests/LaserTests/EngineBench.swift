import Devices
import Lasers
import Testing
import Transports

/// A bench with a box of several lights.
final class EngineBench<Commands: EngineCommands, Instrument: SimulatedLaser>: Bench<Instrument> {
    let commands: Commands
    /// The name of the light that the rules are tried on.
    private let channel: String

    init(
        _ commands: Commands,
        _ channel: String,
        _ instrument: Instrument,
        _ format: LineFormat,
        _ settings: PortSettings
    ) throws {
        (self.commands, self.channel) = (commands, channel)
        try super.init(instrument, format, settings)
    }

    func open(leaveAsIs: Bool? = nil) throws -> LightEngine<Commands> {
        try LightEngine.open(commands, connector, format, leavesLight: leaveAsIs ?? false)
    }

    override func openDevice(leaveAsIs: Bool?) throws -> any Device { try open(leaveAsIs: leaveAsIs) }

    override func light(of device: any Device) throws -> any SerialLightSource {
        try #require(device as? LightEngine<Commands>).light(channel)
    }
}

extension LightEngine {
    func light(_ name: String) throws -> SerialLight<Commands.Channel> {
        let device = devices.first { $0.name == name }?.device
        return try #require(device as? SerialLight<Commands.Channel>)
    }
}
