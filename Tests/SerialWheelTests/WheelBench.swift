import Devices
import Glibc
import Testing
import Threads
import Transports

@testable import SerialWheels

/// Long enough for the slowest machine; no test that passes waits for it.
let patience = Duration.seconds(20)

/// A wheel's simulation on a pseudo-terminal behind a link, and the driver that talks to it.
final class WheelBench<Commands: WheelCommands, Instrument: SimulatedInstrument>: Sendable {
    let port: SimulatedPort<Instrument>
    private let commands: Commands
    private let format: LineFormat
    private let settings: PortSettings
    private let folder: String
    private let lines = Monitor<[String]>([])

    /// - Parameter format: as the driver has it, but for the waits that are there for real devices.
    init(_ commands: Commands, _ instrument: Instrument, _ format: LineFormat, _ settings: PortSettings) throws {
        (self.commands, self.settings) = (commands, settings)
        var format = format
        format.pause = .zero
        format.patience = .milliseconds(100)
        format.silence = .milliseconds(20)
        self.format = format
        var template = Array("/tmp/wheel-XXXXXX".utf8CString)
        folder = unsafe mkdtemp(&template).map { unsafe String(cString: $0) } ?? "/tmp/none"
        port = try SimulatedPort(instrument, link: folder + "/tty")
    }

    deinit {
        unsafe unlink(folder + "/tty")
        unsafe rmdir(folder)
    }

    func open() throws -> SerialWheel<Commands> {
        let connector = SerialConnector(
            "wheel at its port",
            log: { [lines] line in lines.update { $0.append(line) } },
            // The port lasts as long as the driver has use for it.
            open: { [self] in try SerialPort(path: port.path, settings: settings) }
        )
        return try SerialWheel(commands, connector, format)
    }

    /// Whether the log tells it, in time.
    func logs(_ text: String) -> Bool {
        lines.wait(within: patience) { $0.contains { $0.contains(text) } ? true : nil } ?? false
    }

    /// What the wheel answers to bytes, without a driver in between.
    func answer(_ command: String, _ count: Int) throws -> String {
        let port = try SerialPort(path: port.path, settings: settings)
        defer { port.close() }
        try port.write(command.unicodeScalars.map { UInt8($0.value) }, until: .now + patience)
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += try port.read(until: .now + patience) }
        return String(String.UnicodeScalarView(bytes.map(Unicode.Scalar.init)))
    }
}

/// A wheel of six positions that turns quickly.
func fw102c(
    positions: Int = 6,
    _ change: (inout SimulatedFW102C) -> Void = { _ in }
) throws -> WheelBench<FW102CCommands, SimulatedFW102C> {
    var wheel = SimulatedFW102C(positionCount: positions)
    wheel.stepTime = .milliseconds(5)
    change(&wheel)
    return try WheelBench(FW102CCommands(), wheel, FW102CCommands.format, FW102CCommands.port)
}

/// A slider that slides quickly.
func elliptec(
    type: Int = 9,
    address: Int = 0,
    _ change: (inout SimulatedElliptec) -> Void = { _ in }
) throws -> WheelBench<ElliptecCommands, SimulatedElliptec> {
    var slider = SimulatedElliptec(address: address, type: type)
    slider.travelTime = .milliseconds(20)
    change(&slider)
    return try WheelBench(
        ElliptecCommands(address: address),
        slider,
        ElliptecCommands.format,
        ElliptecCommands.port
    )
}

extension FilterWheel {
    /// Moves and waits for the end, as a client's call does; `look` is called while it is on its way.
    func go(to position: Int, _ look: () throws -> Void = {}) throws {
        let completion = try move(to: position)
        while try completion.poll() == nil {
            try look()
            Pause.wait(for: .milliseconds(1))
        }
    }
}

extension Device {
    func setting(_ name: String) throws -> Setting { try #require(settings.first { $0.name == name }) }
}
