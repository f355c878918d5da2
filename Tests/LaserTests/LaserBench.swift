import Devices
import Lasers
import Transports

/// A bench with one laser.
final class LaserBench<Commands: LightCommands, Instrument: SimulatedLaser>: Bench<Instrument> {
    let commands: Commands

    init(_ commands: Commands, _ instrument: Instrument, _ format: LineFormat, _ settings: PortSettings) throws {
        self.commands = commands
        try super.init(instrument, format, settings) { connector, format in
            try SerialLight.open(commands, connector, format, leavesLight: false)
        }
    }

    func open(leaveAsIs: Bool? = nil) throws -> SerialLight<Commands> {
        try open { try SerialLight.open(commands, $0, format, leavesLight: leaveAsIs ?? false) }
    }

    override func openDevice(leaveAsIs: Bool?) throws -> any Device { try open(leaveAsIs: leaveAsIs) }

    override func exercise(_ spoil: @escaping ([UInt8]) -> [UInt8]) {
        Exercise(lines: spoiltLines(spoil)).all(of: commands)
    }

    override func readSettings(seed: UInt64) throws { try spoiltLine(seed: seed).readAll(commands.settings) }
}
