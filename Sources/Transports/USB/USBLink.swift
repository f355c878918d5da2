public import Devices
internal import Platform

/// A link to one device, which is found again after it was unplugged and plugged in.
///
/// The session holds all that is known about the open device. It ends when the device goes; the next use finds the
/// device and starts another session.
public final class USBLink<Session> {
    private let bus: any USBBus
    private let choice: USBChoice
    private let log: DeviceLog
    private let begin: (any USBConnection) throws -> Session
    private let serial: (Session) -> String?
    private let presence: USBPresence
    private var open: (connection: any USBConnection, session: Session)?
    private var isClosed = false
    /// The device that was opened first; the link looks for this one when it has gone.
    private var first: (serial: String?, port: USBPort)?

    /// Finds and opens the device.
    ///
    /// - Parameters:
    ///   - begin: asks the open device for everything needed to use it.
    ///   - serial: the serial number that the device itself reports, if its kind does.
    /// - Throws: ``USBError`` that says which devices there are instead, and what to do.
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

    /// The device as it was last opened.
    public var device: USBDeviceInfo? { open?.connection.device ?? presence.last }

    /// Whether the device is open, and still plugged in according to the bus.
    public var isOpen: Bool { open != nil && !presence.hasLeft }

    /// Whether the device has gone since it was opened, according to the bus.
    public var isUnplugged: Bool { presence.hasLeft }

    /// Uses the session of the device as it is plugged in now.
    ///
    /// After an error of the bus itself, the next use opens the device again.
    ///
    /// - Throws: ``USBError`` of kind `disconnected` while the device is unplugged, and any error of the body.
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

    /// Releases the device for good.
    public func close() {
        isClosed = true
        drop()
    }

    private func drop() {
        open?.connection.close()
        open = nil
    }

    // MARK: Finding

    /// The choice of the configuration; once a device has been found, that device.
    private var wanted: USBChoice {
        var wanted = choice
        guard choice.serial == nil, choice.port == nil, let first else { return wanted }
        wanted.serial = first.serial
        if first.serial == nil { wanted.port = first.port }
        return wanted
    }

    private func findAgain() throws {
        do { try find() } catch {
            // The caller gets the error, and `status` shows it.
            log.report("\(error)")
            throw error
        }
    }

    private func find() throws {
        var search = USBSearch(wanted, isAgain: first != nil)
        // A search for another device by its serial number opens this one for a moment.
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

/// The state of the device in use, plugged in or not, as reported by the bus.
///
/// Changes are logged.
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

    /// The device in use, or the last one that was.
    var last: USBDeviceInfo? { state.withLock { $0.device } }

    var hasLeft: Bool { state.withLock { $0.hasLeft } }

    func take(_ device: USBDeviceInfo) { state.withLock { $0 = State(device: device) } }

    @Sendable func note(_ event: USBEvent) {
        // Logged with the lock held, so that the log has the order of the events.
        state.withLock { state in
            guard let device = state.device else { return }
            switch event {
            case .left(let info):
                guard !state.hasLeft, info.isSamePlugging(as: device) else { return }
                state.hasLeft = true
                log.lost("\(name) has been unplugged: \(device)")
            case .arrived(let info):
                guard state.hasLeft else { return }
                log.back("\(name) is plugged in at USB port \(info.port), and will be opened by the next use")
            }
        }
    }
}
