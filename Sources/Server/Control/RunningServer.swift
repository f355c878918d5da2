public import Pickle
internal import Platform
internal import Pyro

/// A server running on this machine, as control commands reach it.
public struct RunningServer: Sendable {
    private let client: PyroClient
    /// The path of its control socket.
    private let socket: String

    /// The statuses of all running servers that this user may ask, and the processes of servers that do not answer.
    public static func askAll() -> (statuses: [ServerStatus], silent: [Int]) {
        let (answers, silent) = ask { try $0.status() }
        return (answers.map(\.answer), silent)
    }

    /// The result of a search for the server of a configuration.
    public enum Search: Sendable {
        case found(RunningServer)
        /// These processes may be the server, and do not answer.
        case silent([Int])
        case none
    }

    /// Searches for the server of a configuration file.
    public static func search(file: String) -> Search {
        guard let wanted = FileSystem.realPath(file) else { return .none }
        let (answers, silent) = ask { try $0.status().configuration }
        if let (server, _) = answers.first(where: { $0.answer == wanted }) { return .found(server) }
        let suspects = silent.filter { ProcessTable.mayServe(wanted, $0) }
        return suspects.isEmpty ? .none : .silent(suspects)
    }

    /// The server of a configuration file.
    public static func serving(file: String) throws(ServerError) -> RunningServer {
        guard FileSystem.realPath(file) != nil else { throw ServerError("There is no file \(file).") }
        switch search(file: file) {
        case .found(let server): return server
        case .silent(let processes):
            let hint = processes.map { "process \($0) does not answer" }.joined(separator: ", ")
            throw ServerError("This user has no running server with \(file); \(hint).")
        case .none: throw ServerError("This user has no running server with \(file).")
        }
    }

    /// Kills a server that does not answer; returns once its workers have ended, which switch off light before.
    ///
    /// - Returns: whether this user may do so.
    public static func kill(_ process: Int) -> Bool { ProcessTable.end(server: process, within: .seconds(5)) }

    /// Asks all servers at the same time.
    private static func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (RunningServer) throws -> Answer
    ) -> (answers: [(server: RunningServer, answer: Answer)], silent: [Int]) {
        let sockets = ControlFolder.sockets
        let outcomes = Lock<[Int: Outcome<Answer>]>([:])
        for (number, socket) in sockets.enumerated() {
            inParallel("asking") {
                let outcome = RunningServer(at: socket).outcome(of: question)
                outcomes.update { $0[number] = outcome }
            }
        }
        // Each question has a limit of its own.
        let _: Bool? = outcomes.wait { $0.count == sockets.count ? true : nil }
        var result: (answers: [(server: RunningServer, answer: Answer)], silent: [Int]) = ([], [])
        for (_, outcome) in outcomes.withLock(\.self).sorted(by: { $0.key < $1.key }) {
            switch outcome {
            case .answer(let server, let answer): result.answers.append((server, answer))
            case .silent(let process): result.silent.append(process)
            case .ended: break
            }
        }
        return result
    }

    private enum Outcome<Answer: Sendable>: Sendable {
        case answer(RunningServer, Answer)
        case silent(Int)
        /// It has crashed and left its socket behind, or is ending now.
        case ended
    }

    private func outcome<Answer: Sendable>(of question: (RunningServer) throws -> Answer) -> Outcome<Answer> {
        do {
            // With a shorter limit than the question, which may have to wait for devices.
            _ = try RunningServer(at: socket, callLimit: .seconds(5)).client.metadata
            return .answer(self, try question(self))
        } catch {
            return hasEnded(by: error) ? .ended : .silent(process)
        }
    }

    private init(at socket: String, callLimit: Duration = .seconds(60)) {
        var options = ClientOptions()
        (options.connectLimit, options.callLimit) = (.seconds(2), callLimit)
        let uri = PyroURI(object: ControlSocket.object, location: .unix(path: socket))
        client = PyroClient(uri, options: options)
        self.socket = socket
    }

    /// Its process id, which is the name of the socket.
    private var process: Int { socket.split(separator: "/").last.flatMap { Int($0.dropLast(5)) } ?? 0 }

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

    /// Switches off the light of all devices, in parallel.
    ///
    /// The result has the state of each light source, as read back.
    public func switchLightsOff() throws -> [LightsOff.Finding] {
        guard case .list(let findings) = try client.call("lights_off") else { return [] }
        return findings.compactMap(LightsOff.Finding.init)
    }

    /// Stops all motion, in parallel; the result has what has become of each device that moves.
    public func stopMotion() throws -> [MotionFinding] {
        guard case .list(let findings) = try client.call("stop_motion") else { return [] }
        return findings.compactMap(MotionFinding.init)
    }

    /// Replaces the worker processes of definitions.
    ///
    /// The result has for each definition the reason why it is not served again, or None.
    ///
    /// Does nothing and throws a `PythonException` if a name is unknown.
    public func restart(_ names: [String]) throws -> PythonValue {
        try client.call("restart", names.map(PythonValue.str))
    }
}
