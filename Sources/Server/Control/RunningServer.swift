public import Pickle
internal import Platform
internal import Pyro

/// A server running on this machine, as control commands reach it.
public struct RunningServer: Sendable {
    private let client: PyroClient
    /// The path of its control socket.
    private let socket: String

    /// The statuses of all running servers that this user may ask, and the processes of servers that do not answer.
    public static func askAll() -> (statuses: [ServerStatus], silent: [String]) {
        var (answering, silent) = found()
        let statuses = answering.compactMap { server -> ServerStatus? in
            do { return try server.status() } catch {
                if !server.hasEnded(by: error) { silent.append(server.process) }
                return nil
            }
        }
        return (statuses, silent)
    }

    /// The server of a configuration file.
    public static func serving(file: String) throws(ServerError) -> RunningServer {
        guard let wanted = file.realPath else { throw ServerError("There is no file \(file).") }
        let (answering, silent) = found()
        let server = answering.first { server in
            (try? server.status())?.configuration == wanted
        }
        if let server { return server }
        let hint = silent.isEmpty ? "" : "; " + silent.map { "process \($0) does not answer" }.joined(separator: ", ")
        throw ServerError("This user has no running server with \(file)\(hint).")
    }

    private static func found() -> (answering: [RunningServer], silent: [String]) {
        var found: (answering: [RunningServer], silent: [String]) = ([], [])
        for socket in ControlFolder.sockets {
            let server = RunningServer(at: socket, callLimit: .seconds(5))
            do {
                _ = try server.client.metadata
                found.answering.append(RunningServer(at: socket, callLimit: .seconds(60)))
            } catch  where server.hasEnded(by: error) {
                // It has crashed and left its socket behind, or is ending now.
            } catch { found.silent.append(server.process) }
        }
        return found
    }

    private init(at socket: String, callLimit: Duration) {
        var options = ClientOptions()
        (options.connectLimit, options.callLimit) = (.seconds(2), callLimit)
        let uri = PyroURI(object: ControlSocket.object, location: .unix(path: socket))
        client = PyroClient(uri, options: options)
        self.socket = socket
    }

    /// Its process id, which is the name of the socket.
    private var process: String { socket.split(separator: "/").last.map { String($0.dropLast(5)) } ?? socket }

    /// Whether an error means that the server has ended.
    private func hasEnded(by error: any Error) -> Bool {
        // An ending process may close its connections before its listening socket.
        if case ClientError.lost = error { return true }
        return UnixAddress(socket)?.isListenedAt != true
    }

    /// The server's status.
    public func status() throws -> ServerStatus { ServerStatus(try client.call("status")) }

    /// Makes the server reread its configuration.
    ///
    /// The result has the names of what is `new`, `changed`, `gone` and `unchanged`.
    ///
    /// Changes nothing and throws a `PythonException` with all errors in the file, if there are any.
    public func reload() throws -> PythonValue { try client.call("reload") }

    /// Replaces the worker processes of definitions.
    ///
    /// The result has for each definition the reason why it is not served again, or None.
    ///
    /// Does nothing and throws a `PythonException` if a name is unknown.
    public func restart(_ names: [String]) throws -> PythonValue {
        try client.call("restart", names.map(PythonValue.str))
    }
}
