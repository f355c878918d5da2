internal import Glibc
internal import Logging
internal import Pyro

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
