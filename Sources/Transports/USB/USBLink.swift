public import Devices
internal import Threads

/// A device that is found once, and found again when it has been unplugged and comes back.
///
/// The session is all that is known of the opened device. It ends when the device goes; the next use looks for the
/// device and begins another one.
public final class USBLink<Session> {
    private let bus: any USBBus
    private let choice: USBChoice
    private let log: DeviceLog
    private let begin: (any USBConnection) throws -> Session
    private let serial: (Session) -> String?
    private let presence: USBPresence
    private var open: (connection: any USBConnection, session: Session)?
    private var isClosed = false
    /// The one that was opened first, which is looked for when it has gone.
    private var first: (serial: String?, port: USBPort)?

    /// Finds and opens the device.
    ///
    /// - Parameters:
    ///   - begin: asks an opened device all that is needed to use it.
    ///   - serial: the serial number that the device itself has told, if its kind can.
    /// - Throws: ``USBError`` that says what there is instead, and what to do.
    public init(
        _ bus: any USBBus,
        _ choice: USBChoice,
        log: DeviceLog,
        serial: @escaping (Session) -> String?,
        begin: @escaping (any USBConnection) throws -> Session
    ) throws {
        (self.bus, self.choice, self.log, self.serial, self.begin) = (bus, choice, log, serial, begin)
        presence = USBPresence(choice.name, log: log)
        try bus.watch(choice.kinds, presence.note)
        try find()
    }

    /// The device as it was when it was opened last.
    public var device: USBDeviceInfo? { open?.connection.device ?? presence.last }

    /// Whether the device is open, and still plugged in as far as the bus has told.
    public var isOpen: Bool { open != nil && !presence.hasLeft }

    /// Whether the device has gone since it was opened, as the bus tells.
    public var isUnplugged: Bool { presence.hasLeft }

    /// Uses the session, of the device as it is plugged in now.
    ///
    /// After an error of the bus itself the device is opened anew for the next use.
    ///
    /// - Throws: ``USBError`` of kind `disconnected` while the device is unplugged; whatever the body throws.
    public func use<Result>(_ body: (Session) throws -> Result) throws -> Result {
        guard !isClosed else { throw USBError(.disconnected, "\(choice.name) has been closed") }
        if presence.hasLeft { drop() }
        if open == nil { try findAgain() }
        guard let session = open?.session else { throw USBError(.disconnected, "\(choice.name): not open") }
        do { return try body(session) } catch let error as USBError
            where error.kind == .disconnected || error.kind == .failed
        {
            drop()
            log.report("\(error)")
            throw error
        }
    }

    /// Gives the device up for good.
    public func close() {
        isClosed = true
        drop()
    }

    private func drop() {
        open?.connection.close()
        open = nil
    }

    // MARK: Finding

    /// What was chosen, and once one has been found, that one.
    private var wanted: USBChoice {
        var wanted = choice
        guard choice.serial == nil, choice.port == nil, let first else { return wanted }
        wanted.serial = first.serial
        if first.serial == nil { wanted.port = first.port }
        return wanted
    }

    private func findAgain() throws {
        do { try find() } catch {
            // Whoever uses it is told, and so is whoever asks how it is.
            log.report("\(error)")
            throw error
        }
    }

    private func find() throws {
        var search = USBSearch(wanted, isAgain: first != nil)
        // Whoever looks for another wheel by its serial number has this one open for a moment.
        let end = ContinuousClock.now + .seconds(first == nil ? 1 : 0.5)
        while true {
            search.begin(try bus.devices(choice.kinds))
            for device in search.candidates where open == nil { attempt(device, &search) }
            if open != nil { return }
            guard search.isWorthWaiting, ContinuousClock.now < end else { throw search.failure }
            Pause.wait(for: .milliseconds(50))
        }
    }

    private func attempt(_ device: USBDeviceInfo, _ search: inout USBSearch) {
        do {
            let connection = try connect(device)
            do {
                let session = try begin(connection)
                let serial = serial(session) ?? device.serial
                guard search.accepts(serial, of: device) else { return connection.close() }
                take(connection, session, serial)
            } catch {
                connection.close()
                throw error
            }
        } catch { search.note(error) }
    }

    private func connect(_ device: USBDeviceInfo) throws(USBError) -> any USBConnection {
        let connection = try bus.open(device, interface: 0)
        let name = "\(choice.name) \(device.port)"
        guard let recorder = Recorder.requested(for: name, facts: connection.facts, log: log) else { return connection }
        return RecordingUSBConnection(connection, recorder)
    }

    private func take(_ connection: any USBConnection, _ session: Session, _ serial: String?) {
        open = (connection, session)
        log.back("\(choice.name)\(serial.map { " \($0)" } ?? "") is \(connection.device)")
        presence.take(connection.device)
        if first == nil { first = (serial, connection.device.port) }
    }
}

/// Whether the device that is in use is still plugged in, as the bus tells; and tells the log.
final class USBPresence: Sendable {
    private struct State: Sendable {
        var device: USBDeviceInfo?
        var hasLeft = false
    }

    private let state = Lock(State())
    private let name: String
    private let log: DeviceLog

    init(_ name: String, log: DeviceLog) {
        self.name = name
        self.log = log
    }

    /// The device that is in use, or was.
    var last: USBDeviceInfo? { state.withLock { $0.device } }

    var hasLeft: Bool { state.withLock { $0.hasLeft } }

    func take(_ device: USBDeviceInfo) { state.withLock { $0 = State(device: device) } }

    @Sendable func note(_ event: USBEvent) {
        // Told with the lock held, so that what comes last is told last.
        state.withLock { state in
            guard let device = state.device else { return }
            switch event {
            case .left(let info):
                guard !state.hasLeft, info.isSamePlugging(as: device) else { return }
                state.hasLeft = true
                log.lost("\(name) has been unplugged: \(device)")
            case .arrived(let info):
                guard state.hasLeft else { return }
                log.back("\(name) is plugged in at USB port \(info.port), and opened when it is used")
            }
        }
    }
}
