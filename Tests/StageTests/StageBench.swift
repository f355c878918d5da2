import Devices
import Glibc
import Testing
import Threads
import Transports

@testable import Stages

/// Long enough for the slowest machine; no test that passes waits for it.
let patience = Duration.seconds(20)

/// A controller's simulation on a pseudo-terminal behind a link, and the driver that talks to it.
final class StageBench<Instrument: SimulatedInstrument>: Sendable {
    let port: SimulatedPort<Instrument>
    private let driver: @Sendable (SerialConnector) throws -> SerialController
    private let settings: PortSettings
    private let folder: String
    private let lines = Monitor<[String]>([])

    init(
        _ instrument: Instrument,
        _ settings: PortSettings,
        _ driver: @escaping @Sendable (SerialConnector) throws -> SerialController
    ) throws {
        (self.driver, self.settings) = (driver, settings)
        var template = Array("/tmp/stage-XXXXXX".utf8CString)
        folder = unsafe mkdtemp(&template).map { unsafe String(cString: $0) } ?? "/tmp/none"
        port = try SimulatedPort(instrument, link: folder + "/tty")
    }

    deinit {
        unsafe unlink(folder + "/tty")
        unsafe rmdir(folder)
    }

    func open() throws -> SerialController { try open(driver) }

    /// Opens the port in another way than the bench's.
    func open(_ driver: (SerialConnector) throws -> SerialController) throws -> SerialController {
        try driver(
            SerialConnector(
                "controller at its port",
                log: { [lines] line in lines.update { $0.append(line) } },
                // The port lasts as long as the driver has use for it.
                open: { [self] in try SerialPort(path: port.path, settings: settings) }
            )
        )
    }

    /// Whether the log tells it, in time.
    func logs(_ text: String) -> Bool {
        lines.wait(within: patience) { $0.contains { $0.contains(text) } ? true : nil } ?? false
    }

    /// What the controller answers to bytes, without a driver in between.
    func answer(_ command: String, _ count: Int) throws -> String {
        let port = try SerialPort(path: port.path, settings: settings)
        defer { port.close() }
        try port.write(command.unicodeScalars.map { UInt8($0.value) }, until: .now + patience)
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += try port.read(until: .now + patience) }
        return String(String.UnicodeScalarView(bytes.map(Unicode.Scalar.init)))
    }
}

extension LineFormat {
    /// Without the waits that are there for real devices.
    var fast: LineFormat {
        var format = self
        (format.pause, format.bytePause) = (.zero, .zero)
        (format.patience, format.silence) = (.milliseconds(100), .milliseconds(20))
        return format
    }
}

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

extension Completion {
    /// Waits for the end, as a device's host does; `look` is called while it has not come.
    func wait(_ look: () throws -> Void = {}) throws {
        while try poll() == nil {
            try look()
            Pause.wait(for: .milliseconds(1))
        }
    }
}

extension Device {
    func setting(_ name: String) throws -> Setting { try #require(settings.first { $0.name == name }) }
}
