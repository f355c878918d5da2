internal import Glibc
internal import Logging
internal import Platform

/// A child process that runs as a worker, and the channel to it.
final class WorkerProcess: Sendable {
    /// The worker's messages; ends when the worker has closed its end of the channel.
    let messages: AsyncStream<ControlMessage>
    /// Why the stream of messages was cut off.
    private let failure = Lock<String?>(nil)
    private let name: String
    private let channel: ControlChannel
    /// Nil if it could not be started.
    private let process: ChildProcess?
    private let log: Logger
    private let end: Task<String, Never>

    /// Starts one.
    ///
    /// - Parameters:
    ///   - name: its name in the log.
    ///   - environment: variables added to this process's environment.
    ///   - programName: the name of its program for `ps`.
    init(
        _ name: String,
        executable: String,
        environment: [String: String],
        programName: String = WorkerProcess.programName,
        log: Logger
    ) throws {
        let (channel, childs) = try ControlChannel.pair()
        (self.name, self.channel, self.log) = (name, channel, log)
        let (stream, continuation) = AsyncStream<ControlMessage>.makeStream()
        let (closed, closing) = AsyncStream<Void>.makeStream()
        messages = stream
        // Reading blocks, so it has a thread of its own.
        do {
            try BlockingThread.start("to \(name)") { [failure] in
                do {
                    while let message = try channel.receive() { continuation.yield(message) }
                } catch {
                    log.error("\(name): unreadable message of its process: \(error)")
                    failure.withLock { $0 = "its process sent an unreadable message: \(error)" }
                    channel.finish()
                }
                continuation.finish()
                closing.finish()
            }
        } catch {
            close(childs)
            throw error
        }
        defer { close(childs) }
        do {
            let process = try ChildProcess(
                executable,
                // The name is for `ps`; the worker learns from its order what to serve.
                arguments: [programName, "worker", name],
                environment: environment,
                input: childs
            )
            self.process = process
            end = Task {
                for await _ in closed {}
                return "its process \(await Self.end(of: process, name, log).inWords)"
            }
        } catch {
            process = nil
            channel.finish()
            end = Task { "its process could not be started: \(error)" }
        }
    }

    /// The name by which the program was called, without the folder.
    static var programName: String {
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "device-server"
    }

    /// The process id while the process runs.
    var pid: Int? { process.flatMap { $0.end == nil ? Int($0.id) : nil } }

    /// Sends a message.
    ///
    /// That the worker has gone shows by the end of ``messages``.
    ///
    /// - Parameter files: descriptors to hand to the worker.
    func send(_ message: ControlMessage, handing files: [Int32] = []) { try? channel.send(message, handing: files) }

    /// Closes the channel, upon which the worker ends.
    func hangUp() { channel.finish() }

    /// Ends the process at once, without shutting down its devices.
    func kill() { process?.signal(SIGKILL) }

    /// How the process ended, once it has.
    var outcome: String {
        get async {
            let end = await end.value
            return failure.withLock(\.self) ?? end
        }
    }

    /// How long a worker may take to shut down its devices before it is killed.
    static let patience = Duration.seconds(10)

    /// Waits for a worker that has closed its channel to end, and kills it when it does not.
    private static func end(of process: ChildProcess, _ name: String, _ log: Logger) async -> ChildProcess.End {
        let limit = ContinuousClock.now + patience
        var isKilled = false
        while true {
            if let end = process.end { return end }
            if ContinuousClock.now > limit, !isKilled {
                log.error("\(name): process \(process.id) did not end; killed")
                process.signal(SIGKILL)
                isKilled = true
            }
            try? await Task.sleep(for: .milliseconds(isKilled ? 100 : 5))
        }
    }
}

extension ChildProcess.End {
    /// The end of a process in words: `crashed (SIGSEGV)`.
    var inWords: String {
        switch self {
        case .exited(let status): return "exited with status \(status)"
        case .signaled(let number):
            let name = Self.names[number] ?? "signal \(number)"
            return Self.crashes.contains(number) ? "crashed (\(name))" : "was killed (\(name))"
        }
    }

    /// Signals caused by the process itself.
    private static let crashes: Set<Int32> = [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP]

    private static let names: [Int32: String] = [
        SIGABRT: "SIGABRT", SIGALRM: "SIGALRM", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGHUP: "SIGHUP",
        SIGILL: "SIGILL", SIGINT: "SIGINT", SIGKILL: "SIGKILL", SIGPIPE: "SIGPIPE", SIGQUIT: "SIGQUIT",
        SIGSEGV: "SIGSEGV", SIGSYS: "SIGSYS", SIGTERM: "SIGTERM", SIGTRAP: "SIGTRAP", SIGUSR1: "SIGUSR1",
        SIGUSR2: "SIGUSR2", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
    ]
}
