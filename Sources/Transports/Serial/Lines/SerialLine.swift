public import Devices
internal import Synchronization
internal import Threads

/// The line to a device: its port, opened again when it comes back, and the one exchange at a time that is on it.
///
/// Devices that share a wire share this. It can be used from any thread; what goes over it belongs to one caller at a
/// time, and a thread looks after it meanwhile: a port that is gone is noticed and opened again without anybody asking.
public final class SerialLine: Sendable {
    /// What errors and the log call the device: `Cobolt laser at /dev/ttyUSB0`.
    public let title: String
    private let connection: Lock<SerialConnection>
    private let sessions: Sessions

    /// Opens the line.
    ///
    /// - Parameters:
    ///   - format: how the device frames what it says.
    ///   - log: is told that the port is gone, or back.
    ///   - open: opens the port, the first time and whenever it has come back.
    ///   - prepare: brings the device into a known and safe state each time the port has been opened, before anything
    ///     else is said to it, and gives its serial number or another text that tells it from others of its kind,
    ///     empty if there is none. Another device at the same port is not talked to. Its argument `isFirst` says
    ///     whether this is the beginning, or the port was lost and is back.
    /// - Throws: a ``DeviceError`` of kind `initialise`.
    public init(
        _ title: String,
        _ format: LineFormat,
        log: DeviceLog = DeviceLog(),
        open: @escaping @Sendable () throws -> any SerialStream,
        prepare: @escaping @Sendable (_ lines: LineProtocol, _ isFirst: Bool) throws -> String
    ) throws {
        self.title = title
        let sessions = Sessions()
        let setup = Setup(title: title, format: format, log: log, open: open, prepare: prepare, sessions: sessions)
        let connection = Lock(SerialConnection(setup))
        do {
            try connection.withLock { connection in _ = try connection.connect() }
            // The thread must not keep alive what it watches.
            try BlockingThread.start("serial") { Self.watch(connection) }
        } catch {
            connection.withLock { $0.close() }
            throw (error as? DeviceError)?.kind == .initialise
                ? error : DeviceError(.initialise, title, cause: error)
        }
        (self.connection, self.sessions) = (connection, sessions)
    }

    deinit { close() }

    /// A number that grows each time the port is opened: what was done before belongs to the past.
    public var session: Int { sessions.number }

    /// Talks to the device, alone for as long as the body runs.
    ///
    /// The port is opened if it had been lost. Within the body use what it is given, not the line itself, which would
    /// wait for itself.
    ///
    /// - Throws: what the body throws, where an error of the line becomes a ``DeviceError`` that names the device.
    public func perform<Result>(_ body: (LineProtocol) throws -> Result) throws -> Result {
        var result: Result?
        try connection.withLock { connection in
            do {
                result = try body(try connection.lines())
            } catch let error as SerialError {
                connection.note(error)
                throw DeviceError(.failed, title, cause: error)
            }
        }
        guard let result else { throw DeviceError(.failed, "\(title): no result") }
        return result
    }

    /// Ends the line for good.
    public func close() { connection.update { $0.close() } }

    private static func watch(_ connection: Lock<SerialConnection>) {
        while connection.wait(within: .milliseconds(250), { $0.isClosed ? true : nil }) == nil {
            connection.withLock { $0.tend() }
        }
    }
}

/// Counts the openings of a port, readable also while somebody talks.
final class Sessions: Sendable {
    private let count = Atomic(0)
    var number: Int { count.load(ordering: .acquiring) }
    func begin() { count.add(1, ordering: .acquiringAndReleasing) }
}

extension SerialLine {
    /// How to open a port: looked for by its name each time.
    public static func port(
        _ name: PortName,
        _ settings: PortSettings,
        finder: PortFinder = PortFinder()
    ) -> @Sendable () throws -> any SerialStream {
        { try SerialPort(path: try finder.path(of: name), settings: settings) }
    }
}

/// How to open a line and what to do then.
struct Setup: Sendable {
    let title: String
    let format: LineFormat
    let log: DeviceLog
    let open: @Sendable () throws -> any SerialStream
    let prepare: @Sendable (LineProtocol, Bool) throws -> String
    let sessions: Sessions
}

/// A port that comes and goes.
struct SerialConnection {
    private let setup: Setup
    private var current: LineProtocol?
    /// What the device said it is when it was first there.
    private var identity: String?
    private(set) var isClosed = false
    /// What was last said to the log, which need not hear it twice.
    private var lastReport = ""

    init(_ setup: Setup) { self.setup = setup }

    /// The way to talk, opened again if need be.
    mutating func lines() throws -> LineProtocol {
        guard !isClosed else { throw DeviceError(.disabled, "\(setup.title): the line has been closed") }
        if let current, !current.isLost { return current }
        if current != nil { drop("unplugged") }
        return try connect()
    }

    mutating func connect() throws -> LineProtocol {
        let lines = LineProtocol(recorded(try setup.open()), setup.format)
        do {
            let name = try setup.prepare(lines, identity == nil)
            if let identity, identity != name {
                throw DeviceError(
                    .failed,
                    "\(setup.title): another device is there now, '\(name)' instead of '\(identity)'; "
                        + "restart the server to use it"
                )
            }
            defer { identity = name }
            current = lines
            setup.sessions.begin()
            if identity != nil { tell("is back; it has been made safe and must be enabled again", setup.log.back) }
            return lines
        } catch {
            lines.close()
            throw error
        }
    }

    private func recorded(_ stream: any SerialStream) -> any SerialStream {
        guard let recorder = Recorder.requested(for: setup.title, log: setup.log) else { return stream }
        return RecordingSerialStream(stream, recorder)
    }

    /// Lets go of a port after an error that says it is gone.
    mutating func note(_ error: SerialError) {
        if case .lost(let reason) = error, current != nil { drop(reason) }
    }

    /// Notices that the port is gone, or opens it again.
    mutating func tend() {
        guard !isClosed else { return }
        if let current {
            if current.isLost { drop("unplugged") }
            return
        }
        do { _ = try connect() } catch { tell("cannot be used yet: \(error)", setup.log.lost) }
    }

    private mutating func drop(_ reason: String) {
        current?.close()
        current = nil
        tell("is gone (\(reason)); what it does now is unknown", setup.log.lost)
    }

    private mutating func tell(_ text: String, _ how: (String) -> Void) {
        guard text != lastReport else { return }
        lastReport = text
        how("\(setup.title) \(text)")
    }

    mutating func close() {
        current?.close()
        current = nil
        isClosed = true
    }
}
