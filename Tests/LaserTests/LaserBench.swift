import Devices
import Lasers
import Transports

/// A bench with one laser.
final class LaserBench<Commands: LightCommands, Instrument: SimulatedLaser>: Bench<Instrument> {
    let commands: Commands

    init(_ commands: Commands, _ instrument: Instrument, _ format: LineFormat, _ settings: PortSettings) throws {
        self.commands = commands
        try super.init(instrument, format, settings)
    }

    func open(leaveAsIs: Bool? = nil) throws -> SerialLight<Commands> {
        try SerialLight.open(commands, connector, format, leavesLight: leaveAsIs ?? false)
    }

    override func openDevice(leaveAsIs: Bool?) throws -> any Device { try open(leaveAsIs: leaveAsIs) }
}
