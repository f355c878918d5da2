internal import Glibc
internal import Logging
internal import Platform
internal import Subprocess
internal import SystemPackage

/// A child process that runs as a worker, and the channel to it.
final class WorkerProcess: Sendable {
    /// The worker's messages; ends when the worker has closed its end of the channel.
    let messages: AsyncStream<ControlMessage>
    /// Why the stream of messages was cut off.
    private let failure = Lock<String?>(nil)
    private let name: String
    private let channel: ControlChannel
    private let process = Lock<pid_t?>(nil)
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
        end = Task { [process, log] in
            do {
                let result = try await Self.run(executable, programName, name, environment, input: childs) {
                    execution in
                    process.update { $0 = execution.value }
                    for await _ in closed {}
                    await Self.makeSureOfEnd(execution, name, log)
                    process.update { $0 = nil }
                }
                return "its process \(result.inWords)"
            } catch {
                channel.finish()
                return "its process could not be started: \(error)"
            }
        }
    }

    private static func run(
        _ executable: String,
        _ programName: String,
        _ name: String,
        _ environment: [String: String],
        input: Int32,
        attend: sending @escaping (ProcessIdentifier) async -> Void
    ) async throws -> TerminationStatus {
        var options = PlatformOptions()
        // A group of its own, so that Ctrl-C at the terminal reaches the supervisor alone.
        options.processGroupID = 0
        let changes = environment.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) }
        return try await Subprocess.run(
            .path(FilePath(executable)),
            // The name is for `ps`; the worker learns from its order what to serve.
            arguments: Arguments(executablePathOverride: programName, remainingValues: ["worker", name]),
            environment: .inherit.updating(Dictionary(uniqueKeysWithValues: changes)),
            platformOptions: options,
            input: .fileDescriptor(FileDescriptor(rawValue: input), closeAfterSpawningProcess: true),
            output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
            error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        ) { execution in
            await attend(execution.processIdentifier)
        }.terminationStatus
    }

    /// The name by which the program was called, without the folder.
    static var programName: String {
        CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? "device-server"
    }

    /// The process id while the process runs.
    var pid: Int? { process.withLock { $0 }.map(Int.init) }

    /// Sends a message.
    ///
    /// That the worker has gone shows by the end of ``messages``.
    ///
    /// - Parameter files: descriptors to hand to the worker.
    func send(_ message: ControlMessage, handing files: [Int32] = []) { try? channel.send(message, handing: files) }

    /// Closes the channel, upon which the worker ends.
    func hangUp() { channel.finish() }

    /// Ends the process at once, without shutting down its devices.
    func kill() {
        // Within the lock, so that the process id cannot belong to another process meanwhile.
        process.withLock { if let process = $0 { Glibc.kill(process, SIGKILL) } }
    }

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
    private static func makeSureOfEnd(_ process: ProcessIdentifier, _ name: String, _ log: Logger) async {
        let clock = ContinuousClock()
        let end = clock.now + patience
        while !process.hasEnded {
            if clock.now > end {
                log.error("\(name): process \(process.value) did not end; killed")
                Glibc.kill(process.value, SIGKILL)
                break
            }
            try? await Task.sleep(for: .milliseconds(5), clock: clock)
        }
    }
}

extension ProcessIdentifier {
    /// Whether the process has ended, even if its status was not read yet.
    fileprivate var hasEnded: Bool {
        var end = pollfd(fd: processDescriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&end, 1, 0) > 0
    }
}

extension TerminationStatus {
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
