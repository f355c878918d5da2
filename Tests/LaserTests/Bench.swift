import Devices
import Glibc
import Lasers
import Testing
import Threads
import Transports

/// Long enough for the slowest machine; no test that passes waits for it.
let patience = Duration.seconds(20)

/// A laser's simulation on a pseudo-terminal behind a link, and the driver that talks to it.
final class Bench<Commands: LightCommands, Instrument: SimulatedLaser>: AnyBench {
    let port: SimulatedPort<Instrument>
    let commands: Commands
    let format: LineFormat
    let settings: PortSettings
    private let folder = Folder()
    private let lines = Monitor<[String]>([])

    /// - Parameter format: as the driver has it, but for the waits that are there for real devices.
    init(_ commands: Commands, _ instrument: Instrument, _ format: LineFormat, _ settings: PortSettings) throws {
        (self.commands, self.settings) = (commands, settings)
        var format = format
        format.pause = .zero
        format.patience = .milliseconds(100)
        format.silence = .milliseconds(50)
        self.format = format
        port = try SimulatedPort(instrument, link: folder.path + "/tty")
    }

    func open(leaveAsIs: Bool? = nil) throws -> SerialLight<Commands> {
        let (path, settings) = (port.path, settings)
        return try SerialLight.open(
            commands,
            "laser",
            "its port",
            format,
            LightOptions(port: .path(path), leaveAsIs: leaveAsIs),
            { [lines] line in lines.update { $0.append(line) } },
            // The port lasts as long as the driver has use for it.
            { [port, folder] in
                try withExtendedLifetime((port, folder)) { try SerialPort(path: path, settings: settings) }
            }
        )
    }

    func openLight(leaveAsIs: Bool?) throws -> any SerialLightSource { try open(leaveAsIs: leaveAsIs) }

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

    /// What the laser answers to bytes, without a driver in between.
    func answer(_ command: String, _ count: Int) throws -> String {
        let port = try SerialPort(path: port.path, settings: settings)
        defer { port.close() }
        try port.write(command.unicodeScalars.map { UInt8($0.value) }, until: .now + patience)
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += try port.read(until: .now + patience) }
        return String(String.UnicodeScalarView(bytes.map(Unicode.Scalar.init)))
    }
}

typealias SerialLightSource = LightSource & SerialDevice

/// A bench whatever the laser on it.
protocol AnyBench: AnyObject {
    func openLight(leaveAsIs: Bool?) throws -> any SerialLightSource
    var laser: any SimulatedLaser { get }
    func change(_ body: (inout any SimulatedLaser) -> Void)
    func wait(until claim: (any SimulatedLaser) -> Bool) -> Bool
    func logs(_ text: String) -> Bool
    func unplug()
    func plugIn() throws
    func spoil(_ body: (inout SimulatedFaults) -> Void)
    var transcript: String { get }
    /// Where the port is.
    var path: String { get }
    func forgetTranscript()
}

extension AnyBench {
    func openLight() throws -> any SerialLightSource { try openLight(leaveAsIs: nil) }
    var isSwitchedOn: Bool { laser.isSwitchedOn }
}

/// A folder of a test's own, with a link in it.
final class Folder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/laser-XXXXXX".utf8CString)
        // Without a folder the link in it cannot be made, which the port then says.
        path = unsafe mkdtemp(&template).map { unsafe String(cString: $0) } ?? "/tmp/none"
    }

    deinit { unsafe rmdir(path) }
}

extension Device {
    func setting(_ name: String) throws -> Setting { try #require(settings.first { $0.name == name }) }
}
