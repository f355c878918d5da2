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
        try super.init(instrument, format, settings) { connector, format in
            try LightEngine.open(commands, connector, format, leavesLight: false)
        }
    }

    func open(leaveAsIs: Bool? = nil) throws -> LightEngine<Commands> {
        try open { try LightEngine.open(commands, $0, format, leavesLight: leaveAsIs ?? false) }
    }

    override func openDevice(leaveAsIs: Bool?) throws -> any Device { try open(leaveAsIs: leaveAsIs) }

    override func light(of device: any Device) throws -> any SerialLightSource {
        try #require(device as? LightEngine<Commands>).light(channel)
    }

    override func exercise(_ spoil: @escaping ([UInt8]) -> [UInt8]) {
        let exercise = Exercise(lines: spoiltLines(spoil))
        exercise.identify(commands.identify)
        exercise.attempt { _ = try commands.channels(exercise.lines) }
        exercise.attempt {
            for channel in try channels { exercise.all(of: channel) }
        }
    }

    override func readSettings(seed: UInt64) throws {
        try spoiltLine(seed: seed).readAll(commands.settings)
        for channel in try channels { try spoiltLine(seed: seed).readAll(channel.settings) }
    }

    /// The lights, as a box tells them whose answers are not spoilt.
    private var channels: [Commands.Channel] {
        get throws {
            let lines = spoiltLines { $0 }
            _ = try commands.identify(lines)
            return try commands.channels(lines).map(\.commands)
        }
    }
}

extension LightEngine {
    func light(_ name: String) throws -> SerialLight<Commands.Channel> {
        let device = devices.first { $0.name == name }?.device
        return try #require(device as? SerialLight<Commands.Channel>)
    }
}
