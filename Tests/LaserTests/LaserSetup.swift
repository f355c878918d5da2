import Devices
import Lasers
import SerialInstruments
import Testing
import Transports

/// A time limit for the slowest machine; no passing test waits this long.
let patience = Duration.seconds(20)

/// A simulation on a pseudo-terminal behind a link, for a driver to talk to.
class InstrumentSetup<Instrument: SimulatedLaser>: AnySetup {
    private let serial: DrivenInstrument<Instrument, any Device>
    let format: LineFormat
    private var opened: (any Device)?

    /// - Parameters:
    ///   - format: the driver's format; the setup leaves out the waits for real devices.
    ///   - driver: opens the device in that format.
    init(
        _ instrument: Instrument,
        _ format: LineFormat,
        _ settings: PortSettings,
        _ driver: @escaping @Sendable (SerialConnector, LineFormat) throws -> any Device
    ) throws {
        let format = format.fast
        self.format = format
        serial = try DrivenInstrument(instrument, settings) { try driver($0, format) }
    }

    var port: SimulatedPort<Instrument> { serial.port }

    /// Opens the port with another function than the setup's driver.
    func open<Device>(_ driver: (SerialConnector) throws -> Device) throws -> Device { try serial.open(driver) }

    var opener: @Sendable () throws -> SerialPort { serial.opener }

    func device(at stream: @escaping @Sendable () throws -> any SerialStream) throws -> any Device {
        try serial.open(at: stream)
    }

    func openDevice(leaveAsIs: Bool?) throws -> any Device {
        throw DeviceError(.unsupported, "this setup has no device")
    }

    func openLight(leaveAsIs: Bool?) throws -> any SerialLightSource {
        let device = try openDevice(leaveAsIs: leaveAsIs)
        opened = device
        return try light(of: device)
    }

    func light(of device: any Device) throws -> any SerialLightSource {
        try #require(device as? any SerialLightSource)
    }

    func shutDown() throws { try opened?.shutdown() }

    var laser: any SimulatedLaser { port.instrument }

    func change(_ body: (inout any SimulatedLaser) -> Void) {
        port.update { instrument in
            var laser: any SimulatedLaser = instrument
            body(&laser)
            if let changed = laser as? Instrument { instrument = changed }
        }
    }

    func wait(until claim: (any SimulatedLaser) -> Bool) -> Bool { port.wait(within: patience) { claim($0) } }

    /// Whether a text appears in the log in time.
    func logs(_ text: String) -> Bool { serial.logs(text) }

    func whenReported(_ body: @escaping @Sendable (String?) -> Void) { serial.whenReported(body) }

    func unplug() { port.unplug() }
    func plugIn() throws { try port.plugIn() }
    func spoil(_ body: (inout SimulatedFaults) -> Void) { port.spoil(body) }
    var transcript: String { port.transcript }
    var path: String { port.path }
    func forgetTranscript() { port.forgetTranscript() }

    /// A line in this process to a copy of the device whose answers are corrupted.
    func spoiltLines(_ spoil: @escaping ([UInt8]) -> [UInt8]) -> LineProtocol {
        LineProtocol(FuzzedStream(port.instrument, spoil), format)
    }

    func spoiltLine(seed: UInt64) throws -> SerialLine {
        let instrument = port.instrument
        return try SerialLine("laser", format) {
            var spoiler = Spoiler(seed: seed)
            return FuzzedStream(instrument) { spoiler.spoil($0) }
        } prepare: { _, _ in
            ""
        }
    }

    func exercise(_ spoil: @escaping ([UInt8]) -> [UInt8]) {}
    func readSettings(seed: UInt64) throws {}

    /// The device's answer to bytes, without a driver in between.
    func answer(_ command: String, _ count: Int) throws -> String { try serial.answer(command, count) }
}

typealias SerialLightSource = LightSource & SerialDevice

/// A setup for any laser.
protocol AnySetup: AnyObject, RecordableInstrument {
    /// Opens a laser, or one of the lights of a box with several.
    func openLight(leaveAsIs: Bool?) throws -> any SerialLightSource
    /// Opens a laser, or a box with several lights.
    func openDevice(leaveAsIs: Bool?) throws -> any Device
    /// Shuts down the device that was opened last.
    func shutDown() throws
    var laser: any SimulatedLaser { get }
    func change(_ body: (inout any SimulatedLaser) -> Void)
    func wait(until claim: (any SimulatedLaser) -> Bool) -> Bool
    func logs(_ text: String) -> Bool
    /// Sets the function that gets the problems that the driver reports.
    func whenReported(_ body: @escaping @Sendable (String?) -> Void)
    /// The device's answer to bytes, without a driver in between.
    func answer(_ command: String, _ count: Int) throws -> String
    func unplug()
    func plugIn() throws
    func spoil(_ body: (inout SimulatedFaults) -> Void)
    var transcript: String { get }
    /// The path of the port.
    var path: String { get }
    func forgetTranscript()
    /// Runs all of the driver's commands with corrupted answers.
    func exercise(_ spoil: @escaping ([UInt8]) -> [UInt8])
    /// Reads all settings with randomly corrupted answers.
    func readSettings(seed: UInt64) throws
}

extension AnySetup {
    func openLight() throws -> any SerialLightSource { try openLight(leaveAsIs: nil) }
    var isSwitchedOn: Bool { laser.isSwitchedOn }
}

extension Device {
    func setting(_ name: String) throws -> Setting { try #require(settings.first { $0.name == name }) }
}

/// A setup with one laser.
final class LaserSetup<Commands: LightCommands, Instrument: SimulatedLaser>: InstrumentSetup<Instrument> {
    private let makeCommands: @Sendable () -> Commands
    /// New commands: some keep something for their device.
    var commands: Commands { makeCommands() }

    init(
        _ makeCommands: @autoclosure @escaping @Sendable () -> Commands,
        _ instrument: Instrument,
        _ format: LineFormat,
        _ settings: PortSettings
    ) throws {
        self.makeCommands = makeCommands
        try super.init(instrument, format, settings) { connector, format in
            try SerialLight.open(makeCommands(), connector, format, leavesLight: false)
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

/// A setup with a box of several lights.
final class EngineSetup<Commands: EngineCommands, Instrument: SimulatedLaser>: InstrumentSetup<Instrument> {
    let commands: Commands
    /// The name of the light that the rules are tested on.
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

    /// The lights of a box with intact answers.
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
