public import Pickle
internal import Pyro

/// A server that runs on this machine, as its control programs reach it.
public struct RunningServer: Sendable {
    private let client: PyroClient
    /// Where it is asked.
    private let socket: String

    /// What those that run and that this user may ask say of themselves, and the processes of those that do not answer.
    public static func askAll() -> (statuses: [PythonValue], silent: [String]) {
        var (answering, silent) = found()
        let statuses = answering.compactMap { server -> PythonValue? in
            do { return try server.status() } catch {
                if !server.hasEnded(by: error) { silent.append(server.process) }
                return nil
            }
        }
        return (statuses, silent)
    }

    /// The one that serves a configuration file.
    public static func serving(file: String) throws(ServerSearchError) -> RunningServer {
        guard let wanted = file.realPath else { throw ServerSearchError("There is no file \(file).") }
        let (answering, silent) = found()
        let server = answering.first { server in
            guard case .dict(let status)? = try? server.status() else { return false }
            return status["configuration"] == .str(wanted)
        }
        if let server { return server }
        let hint = silent.isEmpty ? "" : "; " + silent.map { "process \($0) does not answer" }.joined(separator: ", ")
        throw ServerSearchError("No server of this user's runs with \(file)\(hint).")
    }

    private static func found() -> (answering: [RunningServer], silent: [String]) {
        var found: (answering: [RunningServer], silent: [String]) = ([], [])
        for socket in ControlFolder.sockets {
            let server = RunningServer(at: socket, callLimit: .seconds(5))
            do {
                _ = try server.client.metadata
                found.answering.append(RunningServer(at: socket, callLimit: .seconds(60)))
            } catch  where server.hasEnded(by: error) {
                // It crashed some time ago and left its socket behind, or ends just now.
            } catch { found.silent.append(server.process) }
        }
        return found
    }

    private init(at socket: String, callLimit: Duration) {
        var options = ClientOptions()
        (options.connectLimit, options.callLimit) = (.seconds(2), callLimit)
        let uri = PyroURI(object: ControlPoint.object, location: .unix(path: socket))
        client = PyroClient(uri, options: options)
        self.socket = socket
    }

    /// Its number, as the socket is named.
    private var process: String { socket.split(separator: "/").last.map { String($0.dropLast(5)) } ?? socket }

    /// Whether it was not reached because it is not there any more.
    private func hasEnded(by error: any Error) -> Bool {
        // While a process ends, its connections may be closed before the socket at which it listens is.
        if case ClientError.lost = error { return true }
        return LocalAddress(socket)?.isListenedAt != true
    }

    /// How each definition is served, as a dictionary; times are seconds since 1970.
    ///
    /// It has `configuration` (the file's path), and `definitions`, a list of dictionaries with `name`, `state`
    /// (`starting`, `serving`, `waiting` or `not answering`), `since`, `pid`, `restarts`, `last_error`,
    /// `last_error_time`, `recovery_time` (when it was served again), `retry_time`, and `devices`: dictionaries with
    /// `name`, `driver`, `uid`, `simulated`, `uri`, `state` (the definition's, or `lost`), `problem`, `problem_time`,
    /// `overdue_call` and `overdue_call_time` (a call that has not come back for more than five seconds),
    /// `parts` (of each the `name` and `uri`), and, as parts have too if they send data, `sending`, `sent`, `lost` and
    /// `clients`.
    public func status() throws -> PythonValue { try client.call("status") }

    /// Has it read its configuration again: the names of what is `new`, `changed`, `gone` and `unchanged`.
    ///
    /// Throws a `PythonException` with all errors in the file, if there are any; nothing is changed then.
    public func reload() throws -> PythonValue { try client.call("reload") }

    /// Has the devices of definitions shut down and served again by other processes: a dictionary that says for each
    /// definition why it is not served, or None.
    ///
    /// Throws a `PythonException` if there is none of a name; nothing is done then.
    public func restart(_ names: [String]) throws -> PythonValue {
        try client.call("restart", names.map(PythonValue.str))
    }
}

/// Why there is no server to ask.
public struct ServerSearchError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
