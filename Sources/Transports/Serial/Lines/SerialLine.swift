public import Devices
internal import Platform
internal import Synchronization

/// The line to a device: its port, reopened when it comes back, with one exchange at a time.
///
/// Devices that share a wire share the line. Any thread may use it; one caller at a time talks. A thread of the line
/// notices that the port is gone and opens it again, without waiting for a call.
public final class SerialLine: Sendable {
    /// The device's name in errors and in the log: `Cobolt laser at /dev/ttyUSB0`.
    public let title: String
    private let connection: Lock<SerialConnection>
    private let sessions: Sessions
    /// How long calls may take on this line: longer than a device without an answer is asked.
    public let callLimits: CallLimits

    /// Opens the line.
    ///
    /// - Parameters:
    ///   - format: the format of commands and answers.
    ///   - log: receives the loss and the return of the port.
    ///   - open: opens the port, at first and each time it comes back.
    ///   - prepare: brings the device into a known and safe state each time the port has been opened, before any other
    ///     command. Returns its serial number or another text that identifies it, or an empty text. Another device at
    ///     the same port is not used. The argument `isFirst` is false when the port was lost and is back.
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
        (self.connection, self.sessions, callLimits) = (connection, sessions, CallLimits(on: format))
    }

    deinit { close() }

    /// A number that grows each time the port is opened.
    ///
    /// The device's state from an earlier session is unknown.
    public var session: Int { sessions.number }

    /// Talks to the device, with exclusive use of the line while the body runs.
    ///
    /// A lost port is reopened first. Within the body use its argument; the line itself would wait for itself.
    ///
    /// - Throws: the errors of the body; an error of the line becomes a ``DeviceError`` that names the device.
    public func perform<Result>(_ body: (LineProtocol) throws -> Result) throws -> Result {
        var result: Result?
        try connection.withLock { connection in
            do {
                let lines = try connection.lines()
                do { result = try body(lines) } catch {
                    connection.note(error, from: lines)
                    throw error
                }
                connection.noteAnswers(from: lines)
            } catch let error as SerialError {
                throw DeviceError(.failed, title, cause: error)
            }
        }
        guard let result else { throw DeviceError(.failed, "\(title): no result") }
        return result
    }

    /// Closes the line for good.
    public func close() { connection.update { $0.close() } }

    private static func watch(_ connection: Lock<SerialConnection>) {
        while connection.wait(within: .milliseconds(250), { $0.isClosed ? true : nil }) == nil {
            connection.withLock { $0.tend() }
        }
    }
}

/// A counter of a port's openings that can be read while the line is in use.
final class Sessions: Sendable {
    private let count = Atomic(0)
    var number: Int { count.load(ordering: .acquiring) }
    func begin() { count.add(1, ordering: .acquiringAndReleasing) }
}

extension SerialLine {
    /// A function that finds a port by its name and opens it.
    ///
    /// It warns at most once.
    public static func port(
        _ name: PortName,
        _ settings: PortSettings,
        finder: PortFinder = PortFinder(),
        log: DeviceLog = DeviceLog()
    ) -> @Sendable () throws -> any SerialStream {
        let hasWarned = Lock(false)
        return {
            try SerialPort(path: try finder.path(of: name), settings: settings) { warning in
                if !hasWarned.withLock({ hasWarned in (hasWarned, hasWarned = true).0 }) { log.warning(warning) }
            }
        }
    }
}

/// The steps that open a line.
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
    /// The identity that the device first reported.
    private var identity: String?
    private(set) var isClosed = false
    /// The last line logged, which is not repeated.
    private var lastReport = ""
    /// Whether the device was reported as silent, and the time at which it is next asked.
    private var silence: ContinuousClock.Instant?

    init(_ setup: Setup) { self.setup = setup }

    /// The protocol on the port, which is reopened if necessary.
    mutating func lines() throws -> LineProtocol {
        guard !isClosed else { throw DeviceError(.disabled, "\(setup.title): the line has been closed") }
        if let current, !current.isLost {
            current.forgetSilence()
            return current
        }
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
            lines.learn(name)
            defer { identity = name }
            current = lines
            setup.sessions.begin()
            if identity != nil { report("is back; it has been made safe and must be enabled again", setup.log.back) }
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

    /// Notes an error: closes a port that is gone, and reports a device that answers nothing.
    mutating func note(_ error: any Error, from lines: LineProtocol) {
        if case SerialError.lost(let reason) = error {
            if current != nil { drop(reason) }
            return
        }
        guard lines.isSilent else { return noteAnswers(from: lines) }
        // It may only lack an answer to this question.
        guard silence == nil, (try? lines.answersAgain()) != true else { return }
        silence = .now + Self.pause
        report("does not answer (\(error))", setup.log.lost)
    }

    /// Notes that the device has answered.
    mutating func noteAnswers(from lines: LineProtocol) {
        guard silence != nil, !lines.isSilent else { return }
        silence = nil
        report("answers again; it may have lost its settings if it was switched off", setup.log.back)
    }

    /// The time between two questions to a silent device.
    private static let pause = Duration.seconds(2)

    /// Notices that the port is gone, or reopens it; asks a silent device whether it is back.
    mutating func tend() {
        guard !isClosed else { return }
        if let current {
            if current.isLost { return drop("unplugged") }
            guard let silence, ContinuousClock.now > silence else { return }
            do {
                current.forgetSilence()
                if try current.answersAgain() == true { return noteAnswers(from: current) }
                self.silence = .now + Self.pause
            } catch { note(error, from: current) }
            return
        }
        do { _ = try connect() } catch { report("cannot be used yet: \(error)", setup.log.lost) }
    }

    private mutating func drop(_ reason: String) {
        current?.close()
        (current, silence) = (nil, nil)
        report("is gone (\(reason)); the state of the device is unknown", setup.log.lost)
    }

    private mutating func report(_ text: String, _ how: (String) -> Void) {
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

extension CallLimits {
    /// The limits that allow for a device without an answer.
    ///
    /// A question takes up to 8 times the patience then: the question itself, and twice the one that proves the line with
    /// a silence before it, while the line's own thread may have been asking already. After a change that fails, a light
    /// is switched off, which takes as long again.
    fileprivate init(on format: LineFormat) {
        let reading = max(Self.usual, .seconds(2) + format.patience * 8)
        let changing = .seconds(2) + format.patience * 16
        // Each setting is asked for.
        let all = reading * 10
        self.init(
            reading: reading,
            changing: changing,
            members: ["get_all_settings": all, "describe_settings": all, "update_settings": all]
        )
    }
}
