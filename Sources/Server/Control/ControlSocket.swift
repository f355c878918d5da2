internal import Glibc
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro

/// The Unix socket by which a running server is controlled, as the Pyro object `device-server`, in one of the
/// ``ControlFolder``s.
final class ControlSocket: Sendable {
    static let object = "device-server"

    private struct State {
        var server: PyroServer?
        var file: SocketFile?
        var hasWarned = false
    }

    private let supervisor: Supervisor
    private let log: Logger
    private let state = Lock(State())

    init(_ supervisor: Supervisor, log: Logger) {
        (self.supervisor, self.log) = (supervisor, log)
        open()
    }

    /// How often to look whether the socket is still there.
    private static let interval = Duration.seconds(2)

    /// Makes the socket again whenever its file has been deleted, until the task is cancelled.
    func keep() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            let isThere = state.withLock { $0.file?.isThere == true }
            guard !isThere, !Task.isCancelled else { continue }
            await BlockingThread.value("control") { [self] in
                state.withLock(\.server)?.stop(within: .zero)
                open()
            }
        }
    }

    func close() {
        state.withLock(\.server)?.stop(within: .milliseconds(200))
        // Stopping leaves other files alone, and this socket may have been deleted and made again.
        state.withLock(\.file)?.remove()
    }

    /// Makes the socket.
    ///
    /// A failure is logged once: the server serves its devices without it.
    private func open() {
        do {
            let folder = try ControlFolder.ours()
            ControlFolder.sweep(folder)
            let path = "\(folder)/\(getpid()).sock"
            let server = try PyroServer(at: .unix(path: path), log: log, translate: ErrorTranslation.exception)
            server.register(SupervisorObject(supervisor), as: Self.object)
            server.start()
            let isAgain = state.withLock { state in
                defer { (state.server, state.file, state.hasWarned) = (server, SocketFile(boundAt: path), false) }
                return state.server != nil || state.hasWarned
            }
            if isAgain { log.notice("made the control socket \(path) again") }
        } catch {
            let isNew = state.withLock { state in
                defer { state.hasWarned = true }
                return !state.hasWarned
            }
            guard isNew else { return }
            log.warning("`device-server status`, `reload` and `restart` will not find this server: \(error)")
        }
    }
}

/// The Pyro object that the control commands call.
final class SupervisorObject: PyroObject {
    let metadata = ObjectMetadata(methods: ["lights_off", "reload", "restart", "status", "stop_motion"])
    private let supervisor: Supervisor

    init(_ supervisor: Supervisor) { self.supervisor = supervisor }

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        switch method {
        case "status": try wait { [supervisor] in await supervisor.status().value }
        case "reload": try wait { [supervisor] in try await supervisor.reload().value }
        case "lights_off":
            try wait { [supervisor] in .list(await supervisor.switchLightsOff().map(\.value)) }
        case "stop_motion":
            try wait { [supervisor] in .list(await supervisor.stopMotion().map(\.value)) }
        case "restart": try restart(arguments.positional)
        default: throw noAttribute(method)
        }
    }

    private func restart(_ arguments: [PythonValue]) throws -> PythonValue {
        let names = try arguments.map { argument in
            guard case .str(let name) = argument else { throw PythonException("TypeError", "names must be strings") }
            return name
        }
        guard !names.isEmpty else { throw PythonException("TypeError", "restart() needs the name of a definition") }
        return try wait { [supervisor] in .dict(try await supervisor.restart(names)) }
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue {
        throw noAttribute(attribute)
    }

    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {
        throw noAttribute(attribute)
    }

    /// Waits for a task on the client's thread.
    private func wait(for body: @escaping @Sendable () async throws -> PythonValue) throws -> PythonValue {
        let result = Lock<Result<PythonValue, any Error>?>(nil)
        Task {
            do {
                let value = try await body()
                result.update { $0 = .success(value) }
            } catch { result.update { $0 = .failure(error) } }
        }
        // A wait without limit always returns a result.
        return try result.wait { $0 }?.get() ?? .none
    }

    private func noAttribute(_ name: String) -> PythonException {
        PythonException("AttributeError", "device-server has no attribute '\(name)'")
    }
}

extension ConfigurationChanges {
    var value: PythonValue {
        func names(_ names: [String]) -> PythonValue { .list(names.map(PythonValue.str)) }
        var value: PythonDictionary = [
            "new": names(added), "changed": names(changed), "gone": names(removed), "unchanged": names(unchanged),
        ]
        if !uncertainLights.isEmpty { value["light"] = names(uncertainLights.map(\.description)) }
        if !findings.isEmpty { value["findings"] = names(findings.map(\.description)) }
        return .dict(value)
    }
}
