internal import Glibc
internal import Logging
internal import Pickle
internal import Pyro
internal import Threads

/// Where a running server can be asked how it is, and told to read its configuration again: a Unix socket in a folder
/// of the user's, at which it serves itself as the Pyro object `device-server`.
final class ControlPoint: Sendable {
    static let object = "device-server"

    private let server: PyroServer

    /// Nil, with a line in the log, where no socket can be made: a server that cannot be asked serves all the same.
    init?(_ supervisor: Supervisor, log: Logger) {
        do {
            let folder = try ControlFolder.ours()
            ControlFolder.sweep(folder)
            server = try PyroServer(
                at: .unix(path: "\(folder)/\(getpid()).sock"),
                log: log,
                translate: ErrorTranslation.exception
            )
            server.register(SupervisorObject(supervisor), as: Self.object)
            server.start()
        } catch {
            log.warning("`device-server status`, `reload` and `restart` will not find this server: \(error)")
            return nil
        }
    }

    func close() { server.stop(within: .milliseconds(200)) }
}

/// A server as an object that its control programs call.
final class SupervisorObject: PyroObject {
    let metadata = ObjectMetadata(methods: ["reload", "restart", "status"])
    private let supervisor: Supervisor

    init(_ supervisor: Supervisor) { self.supervisor = supervisor }

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> CallResult {
        switch method {
        case "status": .value(try wait { [supervisor] in await supervisor.status().value })
        case "reload": .value(try wait { [supervisor] in try await supervisor.reload().value })
        case "restart": .value(try restart(arguments.positional))
        default: throw noAttribute(method)
        }
    }

    private func restart(_ arguments: [PythonValue]) throws -> PythonValue {
        let names = try arguments.map { argument in
            guard case .str(let name) = argument else { throw PythonException("TypeError", "names are texts") }
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

    /// Waits for a task, on the thread of the client that asked.
    private func wait(for body: @escaping @Sendable () async throws -> PythonValue) throws -> PythonValue {
        let result = Monitor<Result<PythonValue, any Error>?>(nil)
        Task {
            do {
                let value = try await body()
                result.update { $0 = .success(value) }
            } catch { result.update { $0 = .failure(error) } }
        }
        // Without a limit it does not come back without a result.
        return try result.wait { $0 }?.get() ?? .none
    }

    private func noAttribute(_ name: String) -> PythonException {
        PythonException("AttributeError", "device-server has no attribute '\(name)'")
    }
}

extension ConfigurationChanges {
    var value: PythonValue {
        func names(_ names: [String]) -> PythonValue { .list(names.map(PythonValue.str)) }
        return .dict([
            "new": names(added), "changed": names(changed), "gone": names(removed), "unchanged": names(unchanged),
        ])
    }
}
