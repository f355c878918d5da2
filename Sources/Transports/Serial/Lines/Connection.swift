internal import Devices

/// How to open a line and what to do then.
struct Setup: Sendable {
    let title: String
    let format: LineFormat
    let log: DeviceLog
    let open: @Sendable () throws -> any ByteStream
    let prepare: @Sendable (LineProtocol, Bool) throws -> String
    let sessions: Sessions
}

/// A port that comes and goes.
struct Connection {
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

    private func recorded(_ stream: any ByteStream) -> any ByteStream {
        guard let recorder = Recorder.requested(for: setup.title, log: setup.log) else { return stream }
        return RecordingByteStream(stream, recorder)
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
