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
    private let connection: Monitor<Connection>
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
        open: @escaping @Sendable () throws -> any ByteStream,
        prepare: @escaping @Sendable (_ lines: LineProtocol, _ isFirst: Bool) throws -> String
    ) throws {
        self.title = title
        let sessions = Sessions()
        let setup = Setup(title: title, format: format, log: log, open: open, prepare: prepare, sessions: sessions)
        let connection = Monitor(Connection(setup))
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
        try connection.withLock { connection in
            do {
                return try body(try connection.lines())
            } catch let error as SerialError {
                connection.note(error)
                throw DeviceError(.failed, title, cause: error)
            }
        }
    }

    /// Ends the line for good.
    public func close() { connection.update { $0.close() } }

    private static func watch(_ connection: Monitor<Connection>) {
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
