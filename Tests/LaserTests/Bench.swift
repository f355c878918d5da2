import Devices
import Lasers
import Testing
import Threads
import Transports

/// Long enough for the slowest machine; no test that passes waits for it.
let patience = Duration.seconds(20)

/// A simulation on a pseudo-terminal behind a link, for a driver to talk to.
class Bench<Instrument: SimulatedLaser>: AnyBench {
    let port: SimulatedPort<Instrument>
    let format: LineFormat
    private let settings: PortSettings
    private let folder = Folder()
    private let lines = Monitor<[String]>([])
    private var opened: (any Device)?

    /// - Parameter format: as the driver has it, but for the waits that are there for real devices.
    init(_ instrument: Instrument, _ format: LineFormat, _ settings: PortSettings) throws {
        self.settings = settings
        var format = format
        format.pause = .zero
        format.patience = .milliseconds(100)
        format.silence = .milliseconds(50)
        self.format = format
        port = try SimulatedPort(instrument, link: folder.path + "/tty")
    }

    /// What opens the port, which lasts as long as the driver has use for it.
    var connector: SerialConnector {
        let log = DeviceLog(write: { [lines] line, _ in lines.update { $0.append(line) } })
        return SerialConnector("laser at its port", log: log) { [port, folder, settings] in
            try withExtendedLifetime(folder) { try SerialPort(path: port.path, settings: settings) }
        }
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
    func logs(_ text: String) -> Bool {
        lines.wait(within: patience) { $0.contains { $0.contains(text) } ? true : nil } ?? false
    }

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
    func answer(_ command: String, _ count: Int) throws -> String {
        let port = try SerialPort(path: port.path, settings: settings)
        defer { port.close() }
        try port.write(command.unicodeScalars.map { UInt8($0.value) }, until: .now + patience)
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try port.read(until: .now + patience)
            guard !more.isEmpty else { break }
            bytes += more
        }
        return String(String.UnicodeScalarView(bytes.map(Unicode.Scalar.init)))
    }
}
