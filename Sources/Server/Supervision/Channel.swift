internal import Devices
internal import Glibc
internal import Logging
internal import Pickle
internal import Platform

/// The channel between the supervisor and one worker: a pair of connected sockets.
///
/// Messages are pickles with their length in front. When a process ends for any reason, the other one reads the end of
/// the stream, so nothing else is needed to notice it.
final class ControlChannel: Sendable {
    let descriptor: Int32
    /// Held while writing, so that messages of several threads do not mix.
    private let writing = Lock(())
    private let handed = Lock<[Int32]>([])

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        close(descriptor)
        while let file = takeHandedFile() { close(file) }
    }

    /// Two connected ends, the second of them for a child process.
    static func pair() throws(ServerError) -> (ours: ControlChannel, childs: Int32) {
        var ends: [Int32] = [0, 0]
        let status = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
        guard status == 0 else { throw ServerError("cannot make a control channel", errno) }
        return (ControlChannel(descriptor: ends[0]), ends[1])
    }

    /// The maximum length of a message: far more than a configuration with all settings of a microscope.
    private static let limit = 16 << 20

    /// - Parameter files: descriptors to hand to the other process, which gets copies of them: up to four.
    func send(_ message: ControlMessage, handing files: [Int32] = []) throws {
        let pickle = try PickleWriter.pickle(message.value).joined()
        guard pickle.count <= Self.limit else {
            throw ServerError("a control message of \(pickle.count) bytes is longer than \(Self.limit)")
        }
        let length = (0..<4).map { UInt8(truncatingIfNeeded: pickle.count >> (8 * $0)) }
        let message = length + pickle
        try writing.withLock { [descriptor] _ in
            // Each descriptor travels with a byte of the length.
            let files = files.prefix(Self.mostFiles)
            for (file, byte) in zip(files, message) { try Self.hand(file, with: byte, to: descriptor) }
            try Self.write(Array(message.dropFirst(files.count)), to: descriptor)
        }
    }

    /// Sends a descriptor together with a byte, as unix(7) describes for SCM_RIGHTS.
    private static func hand(_ file: Int32, with byte: UInt8, to descriptor: Int32) throws(ServerError) {
        var control = Passed(file: file)
        var byte = byte
        let sent = unsafe withUnsafeMutablePointer(to: &byte) { byte in
            unsafe withUnsafeMutableBytes(of: &control) { control in
                var part = unsafe iovec(iov_base: byte, iov_len: 1)
                return unsafe withUnsafeMutablePointer(to: &part) { part in
                    var message = unsafe msghdr()
                    unsafe (message.msg_iov, message.msg_iovlen) = (part, 1)
                    unsafe (message.msg_control, message.msg_controllen) = (control.baseAddress, control.count)
                    return unsafe sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
                }
            }
        }
        guard sent == 1 else { throw ServerError("cannot hand over a socket", errno) }
    }

    /// The most descriptors that come with a message, or wait to be taken.
    private static let mostFiles = 4

    /// The first of the descriptors that came with the messages received so far, which the caller has to close.
    func takeHandedFile() -> Int32? { handed.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

    private static func write(_ message: [UInt8], to descriptor: Int32) throws(ServerError) {
        var bytes = message[...]
        while !bytes.isEmpty {
            let sent = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 || errno == EINTR else { throw ServerError("cannot write to the control channel", errno) }
            bytes = bytes.dropFirst(max(0, sent))
        }
    }

    /// Waits for the next message; nil when the other end has gone.
    func receive() throws -> ControlMessage? {
        guard let head = read(4) else { return nil }
        let length = head.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.limit else { throw ServerError("a control message of \(length) bytes is too long") }
        guard let pickle = read(length) else { return nil }
        return try ControlMessage(try PickleReader.read(pickle[...]))
    }

    /// Receives bytes, and a descriptor that comes with them.
    private func receive(into bytes: inout [UInt8], from start: Int) -> Int {
        var control = Passed()
        let (arrived, length) = unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe withUnsafeMutableBytes(of: &control) { control in
                var part = unsafe iovec(
                    iov_base: bytes.baseAddress.map { unsafe $0 + start },
                    iov_len: bytes.count - start
                )
                return unsafe withUnsafeMutablePointer(to: &part) { part in
                    var message = unsafe msghdr()
                    unsafe (message.msg_iov, message.msg_iovlen) = (part, 1)
                    unsafe (message.msg_control, message.msg_controllen) = (control.baseAddress, control.count)
                    let arrived = unsafe recvmsg(descriptor, &message, Int32(MSG_CMSG_CLOEXEC))
                    return unsafe (arrived, message.msg_controllen)
                }
            }
        }
        if arrived > 0, length >= 20, control.level == SOL_SOCKET, control.type == Int32(SCM_RIGHTS) {
            let isKept = handed.withLock { [file = control.file] handed in
                guard handed.count < Self.mostFiles else { return false }
                handed.append(file)
                return true
            }
            if !isKept { close(control.file) }
        }
        return arrived
    }

    /// Ends the stream for both ends.
    func finish() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    private func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let arrived = receive(into: &bytes, from: filled)
            if arrived > 0 {
                filled += arrived
            } else if arrived == 0 || errno != EINTR {
                return nil
            }
        }
        return bytes
    }
}

/// The control message that carries one descriptor: `cmsghdr` with its data, which Swift does not import.
private struct Passed {
    var length = 20
    var level = SOL_SOCKET
    var type = Int32(SCM_RIGHTS)
    var file: Int32
    var padding: Int32 = 0

    init(file: Int32 = -1) { self.file = file }
}

/// A message between the supervisor and a worker.
enum ControlMessage: Sendable {
    /// To the worker, first: what to serve.
    case start(WorkerOrder)
    /// To the worker, instead: open candidates for the first floating device of the order's definition until one is
    /// open; then wait for ``start(_:)``, which may name another definition, or for ``shutDown``.
    case search(WorkerOrder)
    /// To the worker, instead: open the devices that may have light, switch it off, answer with ``light(_:isFinal:)``,
    /// and end.
    case darken(WorkerOrder)
    /// To the watchdog: the definitions whose light it must switch off once the supervisor has gone.
    case guardLights([WorkerOrder])
    /// To the worker: switch off all light now and answer with ``light(_:isFinal:)``.
    case lightsOff
    /// To the worker: stop all motion now and answer with ``motion(_:)``.
    case stopMotion
    /// To the worker: answer with ``observed(_:)``.
    case observe(ConditionQuestion)
    /// To the worker: the lights that may be on. It is sent again and again, since it is valid for a short time.
    case permit(LightPermissions)
    /// To the worker: shut down the devices and end.
    case shutDown
    /// To the worker: answer with ``report(_:)``.
    case askForReport
    /// From a searching worker: the number of candidates.
    case counted(Int)
    /// From the worker: it has opened a floating device.
    case opened(uid: String)
    /// From a searching worker, before it ends: there is nothing left to open.
    case exhausted(SearchReport)
    /// From the worker: clients can connect.
    case serving(uris: [String], hasLightSource: Bool)
    /// From the worker: a report for each device, by name.
    case report(PythonDictionary)
    /// From the worker: whether conditions of interlocks hold.
    case observed(ConditionAnswer)
    /// From the worker: the states of its light sources after it has switched them off; finally so before it ends.
    case light([LightsOff.Finding], isFinal: Bool)
    /// From the worker: what has become of the devices that move after it has stopped them.
    case motion([MotionFinding])
    /// From the worker, before it ends: why it cannot serve.
    case failed(String)
    /// The reason why no worker can start with this configuration.
    case refused(String)
    /// From the worker: what clients have set, for a worker that may have to replace it.
    case memory(RestoreLog)
    /// From the worker while it starts: the call of a client that it is about to make again; nil once all are made.
    case restoring(RestoreLog.Call?)

    var value: PythonValue {
        switch self {
        case .start(let order): .tuple(["start", order.value])
        case .search(let order): .tuple(["search", order.value])
        case .darken(let order): .tuple(["darken", order.value])
        case .guardLights(let orders): .tuple(["guard", .list(orders.map(\.value))])
        case .lightsOff: .tuple(["lights off"])
        case .stopMotion: .tuple(["stop motion"])
        case .motion(let findings): .tuple(["motion", .list(findings.map(\.value))])
        case .observe(let question): .tuple(["observe", question.value])
        case .observed(let answer): .tuple(["observed", answer.value])
        case .permit(let permissions): .tuple(["permit", permissions.value])
        case .shutDown: .tuple(["shut down"])
        case .light(let findings, let isFinal): .tuple(["light", .list(findings.map(\.value)), .bool(isFinal)])
        case .askForReport: .tuple(["ask"])
        case .report(let report): .tuple(["report", .dict(report)])
        case .counted(let count): .tuple(["counted", .int(count)])
        case .opened(let uid): .tuple(["opened", .str(uid)])
        case .exhausted(let report): .tuple(["exhausted", report.value])
        case .serving(let uris, let hasLightSource):
            .tuple(["serving", .list(uris.map(PythonValue.str)), .bool(hasLightSource)])
        case .failed(let reason): .tuple(["failed", .str(reason)])
        case .refused(let reason): .tuple(["refused", .str(reason)])
        case .memory(let memory): .tuple(["memory", memory.value])
        case .restoring(let call): .tuple(["restoring", call?.value ?? .none])
        }
    }

    init(_ value: PythonValue) throws(ServerError) {
        guard case .tuple(let items) = value, case .str(let name)? = items.first else {
            throw ServerError("a control message must be a tuple with a name")
        }
        switch (name, items.dropFirst().first, items.dropFirst(2).first) {
        case ("start", let order?, nil): self = .start(try WorkerOrder(order))
        case ("search", let order?, nil): self = .search(try WorkerOrder(order))
        case ("darken", let order?, nil): self = .darken(try WorkerOrder(order))
        case ("guard", .list(let orders)?, nil): self = .guardLights(try orders.map(WorkerOrder.init))
        case ("lights off", nil, nil): self = .lightsOff
        case ("stop motion", nil, nil): self = .stopMotion
        case ("motion", .list(let findings)?, nil): self = .motion(findings.compactMap(MotionFinding.init))
        case ("observe", let question?, nil): self = .observe(try Self.known(ConditionQuestion(question)))
        case ("observed", let answer?, nil): self = .observed(try Self.known(ConditionAnswer(answer)))
        case ("permit", let lights?, nil): self = .permit(try Self.known(LightPermissions(lights)))
        case ("shut down", nil, nil): self = .shutDown
        case ("light", .list(let findings)?, .bool(let isFinal)?):
            let known = findings.compactMap(LightsOff.Finding.init)
            guard known.count == findings.count else { throw ServerError("unreadable state of a light source") }
            self = .light(known, isFinal: isFinal)
        case ("ask", nil, nil): self = .askForReport
        case ("report", .dict(let report)?, nil): self = .report(report)
        case ("counted", .int(let count)?, nil): self = .counted(count)
        case ("opened", .str(let uid)?, nil): self = .opened(uid: uid)
        case ("exhausted", let report?, nil): self = .exhausted(SearchReport(report))
        case ("serving", .list(let uris)?, .bool(let hasLightSource)?):
            self = .serving(uris: uris.compactMap(\.text), hasLightSource: hasLightSource)
        case ("failed", .str(let reason)?, nil): self = .failed(reason)
        case ("refused", .str(let reason)?, nil): self = .refused(reason)
        case ("memory", let memory?, nil): self = .memory(RestoreLog(memory))
        case ("restoring", let call?, nil): self = .restoring(RestoreLog.Call(call))
        default: throw ServerError("unknown control message '\(name)'")
        }
    }

    private static func known<Content>(_ content: Content?) throws(ServerError) -> Content {
        guard let content else { throw ServerError("unreadable message on an interlock") }
        return content
    }
}

extension PythonValue {
    var text: String? { if case .str(let text) = self { text } else { nil } }
}

/// Everything that a worker needs to serve its definition.
struct WorkerOrder: Sendable {
    /// The configuration as the supervisor read it, since the file may have changed; nil if the program makes it.
    var text: String?
    var file: String
    /// The index of the worker's definition.
    var definition: Int
    /// The name of the definition.
    var name = ""
    var isSimulated: Bool
    var log: LogOptions
    /// Whether an earlier worker has served the definition and ended unexpectedly.
    var isRestart = false
    /// What clients had set when the previous worker ended.
    var memory: RestoreLog
    /// The URIs of the devices of other definitions that this one uses.
    var parts: [String: String] = [:]

    var value: PythonValue {
        .dict([
            "text": text.map(PythonValue.str) ?? .none, "name": .str(name), "file": .str(file),
            "definition": .int(definition), "simulated": .bool(isSimulated),
            "level": .str(log.level.rawValue), "directory": log.directory.map(PythonValue.str) ?? .none,
            "size": .int(log.maximumSize), "keep": .int(log.keptFiles), "memory": memory.value,
            "restart": .bool(isRestart),
            "parts": .dict(PythonDictionary(parts.map { (PythonValue.str($0.key), PythonValue.str($0.value)) })),
        ])
    }
}

extension WorkerOrder {
    init(_ value: PythonValue) throws(ServerError) {
        guard
            case .dict(let order) = value,
            let text = order["text"], case .str(let name)? = order["name"], case .str(let file)? = order["file"],
            case .int(let definition)? = order["definition"], case .bool(let isSimulated)? = order["simulated"],
            case .str(let word)? = order["level"], let level = Logger.Level(rawValue: word),
            case .bool(let isRestart)? = order["restart"],
            case .int(let size)? = order["size"], case .int(let kept)? = order["keep"], let memory = order["memory"]
        else { throw ServerError("incomplete start message for the worker") }
        self.init(
            text: text.text,
            file: file,
            definition: definition,
            isSimulated: isSimulated,
            log: LogOptions(directory: order["directory"]?.text, level: level, maximumSize: size, keptFiles: kept),
            isRestart: isRestart,
            memory: RestoreLog(memory)
        )
        self.name = name
        guard case .dict(let served)? = order["parts"] else { return }
        for (name, uri) in served.pairs {
            if case .str(let name) = name, case .str(let uri) = uri { parts[name] = uri }
        }
    }
}

extension SearchReport {
    var value: PythonValue {
        .dict([
            "count": count.map(PythonValue.int) ?? .none, "seen": .list(seen.map(PythonValue.str)),
            "held": .int(held), "unwanted": .list(unwanted.map(PythonValue.str)),
            "failures": .list(failures.map(PythonValue.str)),
        ])
    }

    init(_ value: PythonValue) {
        self.init()
        guard case .dict(let report) = value else { return }
        func texts(_ key: PythonValue) -> [String] {
            if case .list(let items)? = report[key] { items.compactMap(\.text) } else { [] }
        }
        if case .int(let count)? = report["count"] { self.count = count }
        if case .int(let held)? = report["held"] { self.held = held }
        (seen, unwanted, failures) = (texts("seen"), texts("unwanted"), texts("failures"))
    }
}
