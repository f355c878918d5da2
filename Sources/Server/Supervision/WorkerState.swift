internal import Devices
internal import Pickle

/// The state of a definition: its worker, if it has one, and what is handed to the next one.
struct WorkerState<Worker: Sendable>: Sendable {
    /// A worker, from its start to its end.
    struct RunningWorker: Sendable {
        let worker: Worker
        /// The URIs of its devices; empty until they are served.
        fileprivate(set) var uris: [String] = []
        /// Whether it has stopped answering.
        fileprivate(set) var isSilent = false
        /// Whether it was killed because it did not answer.
        fileprivate(set) var isLost = false
        /// The call that hangs, as its last report shows.
        fileprivate(set) var hang: ReportedHang?
        /// Why it was killed, if a call hangs.
        fileprivate(set) var cure: String?
        /// Whether it was asked to end, to be replaced.
        fileprivate(set) var isBeingReplaced = false
        /// Whether it has confirmed, as it ends, that all light is off.
        fileprivate(set) var hasSwitchedLightsOff = false
        /// Its last report on its devices.
        fileprivate(set) var report = PythonDictionary()

        var isServing: Bool { !uris.isEmpty }

        fileprivate var service: ServiceState { isSilent ? .notAnswering : isServing ? .serving : .starting }
    }

    private(set) var running: RunningWorker? {
        didSet {
            if Self.service(of: running) != Self.service(of: oldValue) { since = Timestamp.now }
        }
    }
    /// The time of the last change of ``service``, in seconds since 1970.
    private(set) var since = Timestamp.now
    /// The number of workers started.
    private(set) var starts = 0
    /// The number of reports received from all workers.
    private(set) var reportCount = 0
    /// Whether the definition has devices that switch light, as its last worker reported.
    private(set) var hasLightSource = false
    /// What clients have set.
    var memory: RestoreLog
    /// Whether a device may have light, as the configuration shows.
    let mayHaveLight: Bool
    /// Whether a worker has ended without confirming that all light is off, and nobody has confirmed it since.
    private(set) var isLightUncertain = false
    /// The last reported states of light sources, and the number of such reports.
    private(set) var lights: [LightsOff.Finding] = []
    private(set) var lightReportCount = 0
    /// What the workers have reported on motion, and the number of such reports.
    private(set) var motion: [MotionFinding] = []
    private(set) var motionReportCount = 0
    private var hasServed = false
    /// The call that the running worker is making again, and the one during which the last worker ended.
    private var restoring, suspect: RestoreLog.Call?

    init(memory: RestoreLog, mayHaveLight: Bool = false) {
        (self.memory, self.mayHaveLight) = (memory, mayHaveLight)
    }

    /// Whether the definition has light, as far as that is known.
    var switchesLight: Bool { hasServed ? hasLightSource : mayHaveLight }

    var service: ServiceState { Self.service(of: running) }

    private static func service(of running: RunningWorker?) -> ServiceState { running?.service ?? .waiting }

    /// The order for the next worker.
    ///
    /// - Parameters:
    ///   - first: the order for the first worker.
    ///   - parts: the URIs of the devices of other definitions that it uses.
    func order(like first: WorkerOrder, parts: [String: String]) -> WorkerOrder {
        var order = first
        (order.memory, order.parts) = (memory, parts)
        order.isRestart = hasServed || isLightUncertain
        return order
    }

    // MARK: Events

    mutating func begin(_ worker: Worker) {
        running = RunningWorker(worker: worker)
        starts += 1
    }

    mutating func serve(at uris: [String], hasLightSource: Bool) {
        running?.uris = uris
        self.hasLightSource = hasLightSource
        hasServed = true
    }

    /// Notes the call of a client that the worker is about to make again; nil once all are made.
    mutating func note(restoring call: RestoreLog.Call?) { restoring = call }

    /// Drops a call from what is restored, once two workers in a row have ended during it.
    ///
    /// One may have ended for another reason.
    ///
    /// - Returns: the call that was dropped.
    mutating func forgetFatalCall() -> RestoreLog.Call? {
        guard let call = restoring else {
            // A worker that could not open its devices proves nothing.
            if running?.isServing == true { suspect = nil }
            return nil
        }
        restoring = nil
        guard call == suspect else {
            suspect = call
            return nil
        }
        suspect = nil
        memory.remove(call)
        return call
    }

    mutating func note(_ report: PythonDictionary) {
        running?.report = report
        reportCount += 1
    }

    /// Notes an answer; returns whether the worker had been silent.
    mutating func noteAnswer() -> Bool {
        guard running?.isSilent == true else { return false }
        running?.isSilent = false
        return true
    }

    /// Notes a missing answer; returns whether the worker had answered before.
    mutating func noteSilence() -> Bool {
        guard running?.isSilent == false else { return false }
        running?.isSilent = true
        return true
    }

    mutating func giveUp() { running?.isLost = true }

    /// Notes that the worker is killed because a call hangs.
    mutating func giveUp(because reason: String) { running?.cure = reason }

    /// Notes the call that hangs, nil for none; returns whether it is time to act, once for each call.
    mutating func note(_ hang: OverdueCall?, at now: ContinuousClock.Instant = .now) -> Bool {
        guard let hang, let known = running?.hang, known.call.isSame(as: hang) else {
            running?.hang = hang.map { ReportedHang(call: $0, since: now) }
            return false
        }
        guard !known.isConfirmed, now - known.since >= ReportedHang.doubt else { return false }
        running?.hang?.isConfirmed = true
        return true
    }

    /// Notes that the worker is asked to end, to be replaced; returns it, if there is one.
    mutating func replace() -> RunningWorker? {
        running?.isBeingReplaced = true
        return running
    }

    /// Notes the states of light sources after they were switched off.
    mutating func note(_ lights: [LightsOff.Finding], isFinal: Bool) {
        lightReportCount += 1
        let areOff = lights.allSatisfy { $0.light == .off }
        // A worker that ends before it serves may not have opened every device.
        let isComplete = !isFinal || running?.isServing != false
        if isComplete || !areOff { (self.lights, isLightUncertain) = (lights, !areOff) }
        if isFinal, areOff { running?.hasSwitchedLightsOff = true }
    }

    mutating func note(_ motion: [MotionFinding]) {
        self.motion = motion
        motionReportCount += 1
    }

    /// A warning about light that a worker may have left on.
    var lightWarning: String? {
        guard isLightUncertain else { return nil }
        let lights = lights.filter { $0.light != .off }
        return lights.isEmpty
            ? "whether light is on is UNKNOWN since its process ended unexpectedly"
            : lights.map(\.description).joined(separator: "; ")
    }

    /// Notes that the worker has ended; returns it, if there was one.
    mutating func end() -> RunningWorker? {
        defer { running = nil }
        if let running, mayHaveLight, switchesLight, !running.hasSwitchedLightsOff {
            // A worker that reported light on is believed.
            if !isLightUncertain { lights = [] }
            isLightUncertain = true
        }
        return running
    }
}

/// The stage that a definition has reached.
enum ServiceState: String, Sendable {
    /// No process runs: the device is searched for, other devices are awaited, or the next attempt.
    case waiting
    /// The devices are being opened.
    case starting
    /// Clients can connect.
    case serving
    /// The process no longer answers the supervisor.
    case notAnswering = "not answering"
}

/// The state of one definition's worker, for the server's status.
struct WorkerStatus: Sendable {
    var state: ServiceState
    /// The time of the last change of state, in seconds since 1970.
    var since: Double
    /// The process id, if there is a process.
    var pid: Int?
    /// The URIs of the devices; empty until they are served.
    var uris: [String]
    /// The number of processes before this one.
    var restarts: Int
    /// The last failure.
    var failure: ServiceFailure?
    /// What is wrong with light that a worker may have left on.
    var light: String?
    /// The worker's report on its devices, by name.
    var report: PythonDictionary
    /// What was sent and lost by all workers so far.
    var counts: DeliveryBook?
}

extension WorkerStatus {
    init(_ workerState: WorkerState<WorkerProcess>, _ failure: ServiceFailure?, _ counts: DeliveryBook?) {
        self.init(
            state: workerState.service,
            since: workerState.since,
            pid: workerState.running?.worker.pid,
            uris: workerState.running?.uris ?? [],
            restarts: max(0, workerState.starts - 1),
            failure: failure,
            light: workerState.lightWarning,
            report: workerState.running?.report ?? PythonDictionary(),
            counts: counts
        )
    }
}

/// A reason why a definition was not served.
struct ServiceFailure: Sendable, Equatable {
    let reason: String
    /// The time of the failure, in seconds since 1970.
    let time: Double
    /// The time of the next attempt; nil if that follows at once.
    var retryTime: Double?
    /// The time of recovery; nil while the failure lasts.
    var recoveryTime: Double?
}

/// A judgement whether a worker still answers, by the number of questions in a row without an answer.
///
/// Questions are counted, not seconds: a supervisor that was stopped, or a computer that was asleep, has asked none
/// meanwhile and so loses no worker.
struct Heartbeat: Sendable {
    enum Verdict: Sendable, Equatable {
        case answers
        /// So many questions are unanswered that the worker may hang.
        case silent
        /// The worker has been silent for too long.
        case lost
    }

    /// The time between two questions.
    static let interval = Duration.milliseconds(500)
    /// The numbers of unanswered questions after which a worker is silent, and lost.
    private static let (patience, limit) = (4, 9)
    /// The number of unanswered questions after which a worker that has never answered is lost: it may still be loading.
    private static let firstLimit = 28
    /// How long a lost worker has been asked.
    static let lossTime = interval * limit
    /// How long a silent worker has until it is lost.
    static let graceTime = interval * (limit - patience)

    private var missed = 0
    private var limit = Self.firstLimit

    /// The verdict after a question.
    mutating func note(hasAnswered: Bool) -> Verdict {
        if hasAnswered { limit = Self.limit }
        missed = hasAnswered ? 0 : min(missed + 1, limit)
        return missed >= limit ? .lost : missed >= Self.patience ? .silent : .answers
    }
}

/// The waits before attempts: none after the first failure, then longer and longer ones.
struct Backoff {
    private static let first = Duration.milliseconds(100)
    private static let longest = Duration.seconds(30)
    /// A worker that has lived this long did not fail at its start.
    private static let proven = Duration.seconds(5)

    private var next = Duration.zero

    /// The wait after an attempt with a duration.
    mutating func delay(after duration: Duration) -> Duration {
        if duration >= Self.proven { next = .zero }
        return delay()
    }

    /// The wait after another failure.
    mutating func delay() -> Duration {
        defer { next = next == .zero ? Self.first : min(next * 2, Self.longest) }
        return next
    }
}

extension Duration {
    /// The duration for people: `0.4 s`, `30 s`.
    var formatted: String {
        let tenths = Int(self / .milliseconds(100))
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }

    /// The announcement of the next attempt.
    var asRetry: String { self == .zero ? "trying again at once" : "trying again in \(formatted)" }
}
