internal import Devices
internal import Glibc
internal import Logging
internal import Platform

/// The search for floating devices: child processes open candidates until each definition has the device that it means.
///
/// ``Arbitration`` decides what each child does.
actor CameraSearch: WorkerSource {
    private let driver: String
    nonisolated let executable: String
    private let health: ServiceHealth
    private let log: Logger

    private var definitions: [Int: FloatingDefinition] = [:]
    private var arbitration: Arbitration
    private var waiting: [Int: CheckedContinuation<WorkerProcess?, Never>] = [:]
    /// The running children, and those to start once it is this server's turn.
    private var children: [Arbitration.Child: ChildProcess] = [:]
    private var unstarted: [Arbitration.Child] = []
    private var childCount = 0
    private var turn: SearchTurn?
    private var turnWait: Task<Void, Never>?
    private var backoff = Backoff()
    private var retry: Task<Void, Never>?
    private var isStopping = false

    private struct ChildProcess {
        let process: WorkerProcess
        /// The task that listens to it until it has ended.
        let attention: Task<Void, Never>
        /// Whether it serves a definition, whose keeper then listens to it.
        var isAssigned = false
    }

    init(
        _ candidates: Candidates,
        executable: String,
        health: ServiceHealth,
        log: Logger
    ) {
        driver = candidates.driver
        (self.executable, self.health, self.log) = (executable, health, log)
        arbitration = Arbitration(opensSideBySide: candidates.opensSideBySide)
    }

    /// Adds a definition that searches among these candidates, by a unique number.
    func add(_ number: Int, _ definition: FloatingDefinition) {
        definitions[number] = definition
        arbitration.add(number, meaning: definition.uids)
    }

    /// Ends the search for a definition, whose worker, if there is one, is about to end.
    func remove(_ number: Int) {
        definitions[number] = nil
        waiting.removeValue(forKey: number)?.resume(returning: nil)
        perform(arbitration.remove(number))
    }

    // MARK: Calls by the keepers

    func worker(for number: Int, named name: String) async -> WorkerProcess? {
        guard !isStopping, definitions[number] != nil else { return nil }
        return await withCheckedContinuation { continuation in
            waiting[number] = continuation
            search()
        }
    }

    func worker(_ worker: WorkerProcess, has uid: String) {
        guard let child = children.first(where: { $0.value.process === worker })?.key else { return }
        arbitration.serves(uid, child)
    }

    func hurry() {
        guard retry != nil, !isStopping else { return }
        backoff = Backoff()
        search()
    }

    /// Ends all searching; returns when only serving processes are left.
    func stop() async {
        isStopping = true
        retry?.cancel()
        for continuation in waiting.values { continuation.resume(returning: nil) }
        waiting.removeAll()
        unstarted.removeAll()
        turnWait?.cancel()
        let idle = self.idle
        for child in idle { child.process.hangUp() }
        let impatience = Task {
            try await Task.sleep(for: WorkerProcess.patience)
            for child in idle { child.process.kill() }
        }
        for child in idle { await child.attention.value }
        impatience.cancel()
        turn = nil
    }

    /// Kills all children that do not serve.
    func kill() {
        for child in idle { child.process.kill() }
    }

    /// How long a child may take to open one candidate: as long as the most patient definition allows.
    private var limit: Duration { definitions.values.map(\.openLimit).max() ?? OpeningWatch.usualLimit }

    private var idle: [ChildProcess] { children.values.filter { !$0.isAssigned } }

    // MARK: Searching

    private func search() {
        retry?.cancel()
        retry = nil
        perform(arbitration.search(for: waiting.keys))
    }

    private func perform(_ actions: [Arbitration.Action]) {
        guard !isStopping else { return }
        for action in actions {
            switch action {
            case .start(let count): for _ in 0..<count { start() }
            case .assign(let child, let definition): assign(child, to: definition)
            case .release(let child): release(child)
            case .giveUp(let definitions, let report): giveUp(definitions, report)
            }
        }
        endTurn()
    }

    private func start() {
        childCount += 1
        arbitration.started(childCount)
        unstarted.append(childCount)
        if turn != nil { startChildren() } else { waitForTurn() }
    }

    private func startChildren() {
        let ready = unstarted
        unstarted.removeAll()
        for child in ready { startChild(child) }
    }

    private func startChild(_ child: Arbitration.Child) {
        // The options of any definition find the same candidates; the newest one knows all simulated ones.
        guard let definition = definitions.max(by: { $0.key < $1.key })?.value else { return }
        do {
            let name = "\(driver), candidate \(child)"
            let environment = definition.environment
            let process = try WorkerProcess(name, executable: executable, environment: environment, log: log)
            let attention = Task { await attend(child, process, definition.order) }
            children[child] = ChildProcess(process: process, attention: attention)
        } catch {
            perform(arbitration.ended(child, "\(error)", hasGivenUp: true))
        }
    }

    /// Listens to a child until it has a device, then waits for its end; a keeper listens from then on.
    private func attend(_ child: Arbitration.Child, _ process: WorkerProcess, _ order: WorkerOrder) async {
        process.send(.search(order))
        let (limit, isLate) = (self.limit, Lock(false))
        let impatience = Task { [log, driver] in
            try await Task.sleep(for: limit)
            log.error("\(driver): candidate \(child) was not open within \(limit.formatted); killed")
            isLate.withLock { $0 = true }
            process.kill()
        }
        let reason = await listen(to: process, as: child)
        impatience.cancel()
        let end = await process.outcome
        let outcome = isLate.withLock(\.self) ? "a candidate was not open within \(limit.formatted)" : end
        children[child] = nil
        perform(arbitration.ended(child, reason ?? outcome, hasGivenUp: reason != nil))
    }

    private func listen(to process: WorkerProcess, as child: Arbitration.Child) async -> String? {
        for await message in process.messages {
            switch message {
            case .counted(let count): perform(arbitration.counted(count))
            case .opened(let uid):
                perform(arbitration.got(uid, child))
                return nil
            case .exhausted(let report): perform(arbitration.exhausted(child, report))
            case .failed(let reason), .refused(let reason): return reason
            default: break
            }
        }
        return nil
    }

    private func assign(_ child: Arbitration.Child, to definition: Int) {
        guard let process = children[child]?.process, let continuation = waiting.removeValue(forKey: definition) else {
            // Nobody waits for it any longer, and nobody else could have its device.
            children[child]?.process.hangUp()
            return
        }
        children[child]?.isAssigned = true
        backoff = Backoff()
        if let definition = definitions[definition] {
            definition.log.info("\(definition.name): found \(definition.uidText)")
        }
        continuation.resume(returning: process)
    }

    private func release(_ child: Arbitration.Child) {
        if let place = unstarted.firstIndex(of: child) {
            unstarted.remove(at: place)
            perform(arbitration.ended(child, "not started"))
        } else {
            children[child]?.process.send(.shutDown)
        }
    }

    private func giveUp(_ numbers: [Int], _ report: SearchReport) {
        var report = report
        // Children report in any order; a reason that is the same must read the same.
        report.seen.sort()
        report.unwanted.sort()
        report.failures.sort()
        let delay = backoff.delay()
        for definition in numbers.compactMap({ definitions[$0] }) {
            let reason = "\(driver) \(definition.uidText) was not found: \(report)"
            if health.fail(definition.name, reason, retryIn: delay) {
                definition.log.error("\(definition.name): \(reason)")
            }
            definition.log.debug("\(definition.name): \(delay.asRetry)")
        }
        retry = Task {
            try? await Task.sleep(for: delay)
            guard !Task.isCancelled else { return }
            search()
        }
    }

    // MARK: Taking turns with other servers

    private func waitForTurn() {
        guard turnWait == nil else { return }
        turnWait = Task {
            let turn = await SearchTurn(driver)
            turnWait = nil
            guard !isStopping else { return }
            self.turn = turn
            startChildren()
            endTurn()
        }
    }

    /// Ends this server's turn once no child has a candidate open for the search.
    private func endTurn() {
        guard !arbitration.isSearching, unstarted.isEmpty else { return }
        guard idle.isEmpty else { return }
        turn = nil
    }
}

/// A definition that needs floating devices, as the search sees it.
struct FloatingDefinition: Sendable {
    let name: String
    let uids: [String]
    /// The order for a child that searches with the definition's options.
    let order: WorkerOrder
    /// Environment variables for simulated hardware.
    let environment: [String: String]
    /// How long opening a candidate may take.
    let openLimit: Duration
    /// The definition's log.
    let log: Logger

    var uidText: String { uids.joined(separator: ", ") }
}

/// The set of candidates that a floating device is among; devices with the same key are searched for together.
struct SearchKey: Hashable {
    private let driver: String
    private let kind: String
    private let isSimulated: Bool

    fileprivate init(_ device: ConfiguredDevice, _ part: CameraRequest) {
        (driver, kind) = (part.candidates.driver, part.candidates.kind)
        isSimulated = device.isSimulated
    }
}

extension Definition {
    /// The search that the definition takes part in; nil without floating devices.
    ///
    /// With devices of several drivers, only those of the first driver are searched for; the worker finds the others.
    var search: (key: SearchKey, candidates: Candidates, uids: [String])? {
        let parts = cameraRequests.map { (key: SearchKey($0, $1), part: $1) }
        guard let first = parts.first else { return nil }
        let same = parts.filter { $0.key == first.key }
        return (first.key, first.part.candidates, same.map(\.part.uid))
    }
}

extension Sequence<Definition> {
    /// Environment variables with which simulated hardware has the devices that these definitions mean.
    ///
    /// Variables that exist already are not changed.
    public var simulatedEnvironment: [String: String] {
        let parts = flatMap(\.cameraRequests).filter(\.device.isSimulated).map(\.part)
        var environment: [String: String] = [:]
        for (_, parts) in Dictionary(grouping: parts, by: \.candidates.driver) {
            guard let simulating = parts.first?.candidates.simulating else { continue }
            environment.merge(simulating(parts.map(\.uid))) { first, _ in first }
        }
        return environment.filter { name, _ in Environment[name] == nil }
    }
}

/// The turn of one server to search among a driver's candidates, while other servers on the same machine wait.
///
/// Two servers that search at once would hold each other's devices, and each would miss its own. The turn is the
/// address of a local socket, which the system gives to one process at a time and frees when that process ends.
final class SearchTurn: Sendable {
    private let socket: Int32

    /// Waits for this server's turn up to a limit, since another server may hang.
    init(_ driver: String, within limit: Duration = .seconds(90)) async {
        let clock = ContinuousClock()
        let end = clock.now + limit
        var taken: Int32?
        while taken == nil, clock.now < end, !Task.isCancelled {
            taken = Self.take("device-server search \(driver)")
            if taken == nil { try? await Task.sleep(for: .milliseconds(20), clock: clock) }
        }
        socket = taken ?? -1
    }

    deinit { if socket >= 0 { close(socket) } }

    /// The socket, or nil while another server has the address.
    private static func take(_ name: String) -> Int32? {
        guard let address = UnixAddress("@\(name)") else { return nil }
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return nil }
        if unsafe address.withSockaddr({ address, length in unsafe bind(socket, address, length) }) == 0 {
            return socket
        }
        close(socket)
        return nil
    }
}
