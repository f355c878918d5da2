internal import Glibc
internal import Logging
internal import Subprocess
internal import SystemPackage
internal import Threads

/// Keeps one definition served: starts its worker, and another one when that has ended, until it is told to stop.
final class WorkerKeeper: Sendable {
    private struct State {
        var channel: ControlChannel?
        var process: pid_t?
        var memory = DeviceMemory()
        var hasServed = false
        var hasLightSource = false
        var isStopping = false
        var hasEnded = false
    }

    let name: String
    private let order: WorkerOrder
    private let executable: String
    private let log: Logger
    private let state = Monitor(State())

    init(_ name: String, order: WorkerOrder, executable: String, log: Logger) {
        self.name = name
        self.order = order
        self.executable = executable
        self.log = log
    }

    var hasLightSource: Bool { state.withLock(\.hasLightSource) }
    private var isStopping: Bool { state.withLock(\.isStopping) }

    /// Starts workers one after another; returns when told to stop and the last one has ended.
    func run() async {
        var backoff = Backoff()
        while !isStopping {
            let start = ContinuousClock.now
            let end = await runWorker()
            guard !isStopping else { break }
            let delay = backoff.delay(after: .now - start)
            log.error("\(name): \(end)\(delay == .zero ? "" : "; trying again in \(delay.formatted)")")
            await wait(delay)
        }
        state.update { $0.hasEnded = true }
    }

    /// Runs one worker to its end, and says how it ended.
    private func runWorker() async -> String {
        do {
            let (channel, childs) = try ControlChannel.pair()
            var options = PlatformOptions()
            // A group of its own, so that Ctrl-C at the terminal reaches the supervisor alone.
            options.processGroupID = 0
            let result = try await Subprocess.run(
                .path(FilePath(executable)),
                arguments: ["worker"],
                platformOptions: options,
                input: .fileDescriptor(FileDescriptor(rawValue: childs), closeAfterSpawningProcess: true),
                output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
                error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
            ) { execution in
                let reason = await attend(channel, process: execution.processIdentifier.value)
                await makeSureOfEnd(execution.processIdentifier)
                return reason
            }
            return result.closureResult ?? "its process \(result.terminationStatus)"
        } catch {
            return "its process could not be started: \(error)"
        }
    }

    /// Listens to a worker until it has gone; gives the reason, if it named one.
    private func attend(_ channel: ControlChannel, process: pid_t) async -> String? {
        let order = state.withLock { state in
            state.channel = channel
            state.process = process
            var order = self.order
            order.memory = state.memory
            order.isRestart = state.hasServed
            return order
        }
        // Told to stop while the worker was being started, before there was a channel to tell it by.
        if isStopping { channel.finish() }
        try? channel.send(.start(order))
        var (reason, isServing) = (String?.none, false)
        for await message in channel.messages(name) {
            switch message {
            case .serving(let uris, let hasLightSource):
                isServing = true
                state.withLock { state in
                    state.hasServed = true
                    state.hasLightSource = hasLightSource
                }
                for uri in uris { log.notice("serving \(uri)") }
            case .memory(let memory): state.withLock { $0.memory = memory }
            case .failed(let text): reason = text
            case .start, .shutDown: break
            }
        }
        channel.finish()
        state.withLock { $0.channel = nil }
        if !isServing, order.memory != DeviceMemory() { forget() }
        return reason
    }

    /// What clients had set may be what no worker survives, so that the next one has to do without.
    private func forget() {
        state.withLock { $0.memory = DeviceMemory() }
        log.warning("\(name): a worker did not start with what clients had set; the next one starts without")
    }

    /// How long a worker may take to shut its devices down before it is killed.
    static let patience = Duration.seconds(10)

    /// Waits for a worker that has closed its channel to end, and kills it when it does not.
    private func makeSureOfEnd(_ process: ProcessIdentifier) async {
        let clock = ContinuousClock()
        let end = clock.now + Self.patience
        while !process.hasEnded {
            if clock.now > end {
                log.error("\(name): process \(process.value) does not end; killed")
                kill(process.value, SIGKILL)
                break
            }
            try? await Task.sleep(for: .milliseconds(5), clock: clock)
        }
        state.withLock { $0.process = nil }
    }

    /// Ends the worker at once, without shutting its devices down.
    func killWorker() {
        if let process = state.withLock(\.process) { kill(process, SIGKILL) }
    }

    /// Tells the worker to shut its devices down, and not to be replaced.
    func stop() {
        let channel = state.update { state in
            state.isStopping = true
            return state.channel
        }
        try? channel?.send(.shutDown)
    }

    /// Waits for the worker to end, and ends it by force when it does not.
    func waitForEnd(within limit: Duration) {
        let ended: Bool? = state.wait(within: limit) { $0.hasEnded ? true : nil }
        guard ended == nil, let process = state.withLock(\.process) else { return }
        log.error("\(name): does not shut down; killed")
        kill(process, SIGKILL)
    }

    /// Waits, or until told to stop.
    private func wait(_ delay: Duration) async {
        let clock = ContinuousClock()
        let end = clock.now + delay
        while !isStopping, clock.now < end {
            try? await Task.sleep(until: min(end, clock.now + .milliseconds(50)), clock: clock)
        }
    }
}

extension ProcessIdentifier {
    /// Whether the process has ended, whether or not somebody has asked for its status yet.
    fileprivate var hasEnded: Bool {
        var end = pollfd(fd: processDescriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&end, 1, 0) > 0
    }
}

extension ControlChannel {
    /// The messages as they come, read on a thread of their own; ends when the other end has gone.
    fileprivate func messages(_ name: String) -> AsyncStream<ControlMessage> {
        AsyncStream { continuation in
            _ = BlockingThread("to \(name)") { [self] in
                while let message = try? receive() { continuation.yield(message) }
                continuation.finish()
            }
        }
    }
}

extension Duration {
    /// As people say it: `0.4 s`, `30 s`.
    var formatted: String {
        let tenths = Int(self / .milliseconds(100))
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
