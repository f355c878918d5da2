public import Pickle
internal import Pyro

/// A server that runs on this machine, as its control programs reach it.
public struct RunningServer: Sendable {
    private let client: PyroClient

    /// All that run and that this user may ask.
    public static var all: [RunningServer] { found.answering }

    private static var found: (answering: [RunningServer], silent: [String]) {
        var found: (answering: [RunningServer], silent: [String]) = ([], [])
        for socket in ControlFolder.sockets {
            let uri = PyroURI(object: ControlPoint.object, location: .unix(path: socket))
            var options = ClientOptions()
            (options.connectLimit, options.callLimit) = (.seconds(2), .seconds(5))
            if (try? PyroClient(uri, options: options).metadata) != nil {
                options.callLimit = .seconds(60)
                found.answering.append(RunningServer(client: PyroClient(uri, options: options)))
            } else if LocalAddress(socket)?.isListenedAt == true {
                // A server that crashed left its socket behind; this one is still there.
                found.silent.append(socket.split(separator: "/").last.map { String($0.dropLast(5)) } ?? socket)
            }
        }
        return found
    }

    /// The one that serves a configuration file.
    public static func serving(file: String) throws(ServerSearchError) -> RunningServer {
        guard let wanted = file.realPath else { throw ServerSearchError("There is no file \(file).") }
        let found = found
        let server = found.answering.first { server in
            guard case .dict(let status)? = try? server.status() else { return false }
            return status["configuration"] == .str(wanted)
        }
        if let server { return server }
        let silent = found.silent.map { "process \($0) does not answer" }.joined(separator: ", ")
        let hint = silent.isEmpty ? "" : "; \(silent)"
        throw ServerSearchError("No server of this user's runs with \(file)\(hint).")
    }

    /// The processes of servers that run and do not answer.
    public static var silent: [String] { found.silent }

    /// How each definition is served, as a dictionary; times are seconds since 1970.
    ///
    /// It has `configuration` (the file's path), and `definitions`, a list of dictionaries with `name`, `state`
    /// (`starting`, `serving`, `waiting` or `not answering`), `since`, `pid`, `restarts`, `last_error`,
    /// `last_error_time`, `recovery_time` (when it was served again), `retry_time`, and `devices`: dictionaries with
    /// `name`, `driver`, `uid`, `simulated`, `uri`, `state` (the definition's, or `lost`), `problem`, `problem_time`,
    /// `parts` (of each the `name` and `uri`), and, as parts have too if they send data, `sending`, `sent`, `lost` and
    /// `clients`.
    public func status() throws -> PythonValue { try client.call("status") }

    /// Has it read its configuration again: the names of what is `new`, `changed`, `gone` and `unchanged`.
    ///
    /// Throws a `PythonException` with all errors in the file, if there are any; nothing is changed then.
    public func reload() throws -> PythonValue { try client.call("reload") }
}
