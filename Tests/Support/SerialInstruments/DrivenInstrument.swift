public import Devices
internal import Glibc
internal import Platform
public import Transports

/// A simulation on a pseudo-terminal behind a link, and the driver that talks to it.
public final class DrivenInstrument<Instrument: SimulatedInstrument, Opened>: Sendable {
    /// Long enough for the slowest machine; no test that passes waits for it.
    public static var patience: Duration { .seconds(20) }

    public let port: SimulatedPort<Instrument>
    private let driver: @Sendable (SerialConnector) throws -> Opened
    private let settings: PortSettings
    private let folder: String
    private let lines = Lock<[String]>([])
    private let report = Lock<@Sendable (String?) -> Void>({ _ in })

    /// - Parameter driver: opens the device, with a format without the waits that are there for real ones
    ///   (``LineFormat/fast``).
    public init(
        _ instrument: Instrument,
        _ settings: PortSettings,
        _ driver: @escaping @Sendable (SerialConnector) throws -> Opened
    ) throws {
        (self.driver, self.settings) = (driver, settings)
        var template = Array("/tmp/serial-instrument-XXXXXX".utf8CString)
        // Without a folder the link in it cannot be made, which the port then says.
        folder = unsafe mkdtemp(&template).map { unsafe String(cString: $0) } ?? "/nowhere"
        port = try SimulatedPort(instrument, link: folder + "/tty")
    }

    deinit {
        unsafe unlink(folder + "/tty")
        unsafe rmdir(folder)
    }

    public func open() throws -> Opened { try open(driver) }

    /// Opens the port with another driver.
    public func open<Other>(_ driver: (SerialConnector) throws -> Other) throws -> Other {
        try driver(connector(opener))
    }

    /// Opens the device at something else than the port.
    public func open(at stream: @escaping @Sendable () throws -> any SerialStream) throws -> Opened {
        try driver(connector(stream))
    }

    private func connector(_ stream: @escaping @Sendable () throws -> any SerialStream) -> SerialConnector {
        SerialConnector(
            "device at its port",
            log: DeviceLog(
                write: { [lines] line, _ in lines.update { $0.append(line) } },
                report: { [report] problem in report.withLock { $0 }(problem) }
            ),
            open: stream
        )
    }

    /// Opens the port, which lasts as long as the driver has use for it.
    public var opener: @Sendable () throws -> SerialPort {
        { [self] in try SerialPort(path: port.path, settings: settings) }
    }

    /// Sets the function that gets the problems that the driver reports, and nil when the device is usable again.
    public func whenReported(_ body: @escaping @Sendable (String?) -> Void) { report.withLock { $0 = body } }

    /// Whether the log shows a text, in time.
    public func logs(_ text: String) -> Bool {
        lines.wait(within: Self.patience) { $0.contains { $0.contains(text) } ? true : nil } ?? false
    }

    /// What the device answers to bytes, without a driver in between.
    public func answer(_ command: String, _ count: Int) throws -> String {
        let port = try opener()
        defer { port.close() }
        try port.write(command.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }, until: .now + Self.patience)
        // Closing the port would drop what the device has not read.
        _ = self.port.hears(command, within: Self.patience)
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try port.read(until: .now + Self.patience)
            // Too little has come, which the test then shows.
            guard !more.isEmpty else { break }
            bytes += more
        }
        return String(String.UnicodeScalarView(bytes.map(Unicode.Scalar.init)))
    }
}

extension LineFormat {
    /// Without the waits that are there for real devices.
    public var fast: LineFormat {
        var format = self
        (format.pause, format.bytePause) = (.zero, .zero)
        (format.patience, format.silence) = (.milliseconds(100) * slowness, .milliseconds(20) * slowness)
        return format
    }
}

extension Completion {
    /// Waits for the end, as a device's host does; `look` is called while it has not come.
    public func wait(_ look: () throws -> Void = {}) throws {
        while try poll() == nil {
            try look()
            Pause.wait(for: .milliseconds(1))
        }
    }
}
