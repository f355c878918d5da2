import Devices
import Lasers
import SerialInstruments
import Testing
import Transports

/// Long enough for the slowest machine; no test that passes waits for it.
let patience = Duration.seconds(20)

/// A simulation on a pseudo-terminal behind a link, for a driver to talk to.
class Bench<Instrument: SimulatedLaser>: AnyBench {
    private let serial: DrivenInstrument<Instrument, any Device>
    let format: LineFormat
    private var opened: (any Device)?

    /// - Parameters:
    ///   - format: as the driver has it; the bench's has none of the waits that are there for real devices.
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

    /// Opens the port in another way than the bench's.
    func open<Device>(_ driver: (SerialConnector) throws -> Device) throws -> Device { try serial.open(driver) }

    var opener: @Sendable () throws -> SerialPort { serial.opener }

    func device(at stream: @escaping @Sendable () throws -> any ByteStream) throws -> any Device {
        try serial.open(at: stream)
    }

    func openDevice(leaveAsIs: Bool?) throws -> any Device {
        throw DeviceError(.unsupported, "this bench has no device")
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

    /// Whether the log tells it, in time.
    func logs(_ text: String) -> Bool { serial.logs(text) }

    func unplug() { port.unplug() }
    func plugIn() throws { try port.plugIn() }
    func spoil(_ body: (inout SimulatedFaults) -> Void) { port.spoil(body) }
    var transcript: String { port.transcript }
    var path: String { port.path }
    func forgetTranscript() { port.forgetTranscript() }

    /// A line in this process to a copy of the device, whose answers are spoilt.
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

    /// What the device answers to bytes, without a driver in between.
    func answer(_ command: String, _ count: Int) throws -> String { try serial.answer(command, count) }
}
