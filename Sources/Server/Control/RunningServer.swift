public import Pickle
internal import Pyro

/// A server that runs on this machine, as its control programs reach it.
public struct RunningServer: Sendable {
    private let client: PyroClient

    /// All that run and that this user may ask.
    public static var all: [RunningServer] {
        ControlFolder.sockets.compactMap { socket in
            var options = ClientOptions()
            options.connectLimit = .seconds(2)
            options.callLimit = .seconds(60)
            let uri = PyroURI(object: ControlPoint.object, location: .unix(path: socket))
            let client = PyroClient(uri, options: options)
            // A server that crashed left its socket behind.
            return (try? client.metadata) == nil ? nil : RunningServer(client: client)
        }
    }

    /// The one that serves a configuration file, if it runs.
    public static func serving(file: String) -> RunningServer? {
        guard let wanted = file.realPath else { return nil }
        return all.first { server in
            guard case .dict(let status)? = try? server.status() else { return false }
            return status["configuration"] == .str(wanted)
        }
    }

    /// How each definition is served: `configuration` (the file's path), and `definitions`, a list of dictionaries with
    /// `name`, `state` (`starting`, `serving`, `waiting` or `not answering`) and `since` when, `pid`, `restarts`,
    /// `last_error` with `last_error_time`, `recovery_time` (when it was served again) and `retry_time`, and `devices`,
    /// each with `name`, `driver`, `uid`, `simulated`, `uri`, `state` (the definition's, or `lost`), `problem` and
    /// `problem_time` and, for what sends data, `sending`, `sent`, `lost` and `clients`; and `parts`, a list of
    /// dictionaries with `name`, `uri` and, for what sends data, the same. Times are seconds since 1970.
    public func status() throws -> PythonValue { try client.call("status") }

    /// Has it read its configuration again: the names of what is `new`, `changed`, `gone` and `unchanged`.
    ///
    /// Throws a `PythonException` with all errors in the file, if there are any; nothing is changed then.
    public func reload() throws -> PythonValue { try client.call("reload") }
}
