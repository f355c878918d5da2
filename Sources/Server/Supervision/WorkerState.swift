internal import Devices
internal import Pickle
internal import Pyro

/// What is known of how a definition is served: its worker, if it has one, and what the next one gets to know.
struct Upkeep<Worker: Sendable>: Sendable {
    /// A worker, from its start to its end.
    struct Tenure: Sendable {
        let worker: Worker
        /// Where its devices are served; empty until they are.
        fileprivate(set) var uris: [String] = []
        /// Whether it leaves questions unanswered.
        fileprivate(set) var isSilent = false
        /// Whether it was given up for that.
        fileprivate(set) var isLost = false
        /// Whether it was told to make way for another one.
        fileprivate(set) var makesWay = false
        /// What it said of its devices when it was last asked.
        fileprivate(set) var report = PythonDictionary()

        var isServing: Bool { !uris.isEmpty }

        fileprivate var service: ServiceState { isSilent ? .notAnswering : isServing ? .serving : .starting }
    }

    private(set) var tenure: Tenure? {
        didSet {
            if Self.service(of: tenure) != Self.service(of: oldValue) { since = Timestamp.now }
        }
    }
    /// Since when it has been served as it is, in seconds since 1970.
    private(set) var since = Timestamp.now
    /// How many workers there have been.
    private(set) var starts = 0
    /// How many reports they have made.
    private(set) var reportCount = 0
    /// Whether a worker has served devices that switch light.
    private(set) var hasLightSource = false
    /// What clients have set.
    var memory: DeviceMemory
    private var hasServed = false
    /// Where the last worker listened.
    private var port: Int?

    init(memory: DeviceMemory) { self.memory = memory }

    var service: ServiceState { Self.service(of: tenure) }

    private static func service(of tenure: Tenure?) -> ServiceState { tenure?.service ?? .waiting }

    /// The order for the next worker.
    ///
    /// - Parameters:
    ///   - first: the order as the first one got it.
    ///   - parts: where the devices are that it works with.
    func order(like first: WorkerOrder, parts: [String: String]) -> WorkerOrder {
        var order = first
        (order.memory, order.parts) = (memory, parts)
        (order.port, order.isRestart) = (port, hasServed)
        return order
    }

    // MARK: What happens

    mutating func begin(_ worker: Worker) {
        tenure = Tenure(worker: worker)
        starts += 1
    }

    mutating func serve(at uris: [String], hasLightSource: Bool) {
        tenure?.uris = uris
        self.hasLightSource = hasLightSource
        hasServed = true
        if case .tcp(_, let port)? = uris.first.flatMap({ PyroURI($0) })?.location { self.port = port }
    }

    mutating func note(_ report: PythonDictionary) {
        tenure?.report = report
        reportCount += 1
    }

    /// The worker answers; whether it did not before.
    mutating func noteAnswer() -> Bool {
        guard tenure?.isSilent == true else { return false }
        tenure?.isSilent = false
        return true
    }

    /// The worker does not answer; whether it did before.
    mutating func noteSilence() -> Bool {
        guard tenure?.isSilent == false else { return false }
        tenure?.isSilent = true
        return true
    }

    mutating func giveUp() { tenure?.isLost = true }

    /// The worker is told to end and to be replaced: what it is, if there is one.
    mutating func makeWay() -> Tenure? {
        tenure?.makesWay = true
        return tenure
    }

    /// The worker has ended: what it was, if there was one.
    mutating func end() -> Tenure? {
        defer { tenure = nil }
        return tenure
    }
}

/// How far a definition is served.
enum ServiceState: String, Sendable {
    /// There is no process: it is searched for, it waits for others, or for the next attempt.
    case waiting
    /// Its devices are being opened.
    case starting
    /// Clients can come.
    case serving
    /// Its process does not answer the supervisor any more.
    case notAnswering = "not answering"
}

/// How one definition is served.
struct WorkerStatus: Sendable {
    var state: ServiceState
    /// Since when, in seconds since 1970.
    var since: Double
    /// The process, if there is one.
    var pid: Int?
    /// Where the devices are served; empty as long as they are not.
    var uris: [String]
    /// How many processes there were before this one.
    var restarts: Int
    /// Why it was last not served.
    var failure: Failure?
    /// What the process says of its data devices, by name.
    var report: PythonDictionary
}

extension WorkerStatus {
    init(_ upkeep: Upkeep<WorkerProcess>, _ failure: Failure?) {
        self.init(
            state: upkeep.service,
            since: upkeep.since,
            pid: upkeep.tenure?.worker.pid,
            uris: upkeep.tenure?.uris ?? [],
            restarts: max(0, upkeep.starts - 1),
            failure: failure,
            report: upkeep.tenure?.report ?? PythonDictionary()
        )
    }
}

/// Why a definition was not served.
struct Failure: Sendable, Equatable {
    let reason: String
    /// When that was last so, in seconds since 1970.
    let time: Double
    /// When it is to be tried again; nil if it is tried at once.
    var retryTime: Double?
    /// When it was served again; nil as long as it is not.
    var recoveryTime: Double?
}

/// Whether a worker still answers, told by how many questions in a row it has left without an answer.
///
/// Questions are counted, not seconds: a computer that was asleep, or a supervisor that was stopped, has asked none
/// meanwhile, and so takes no worker for lost.
struct Heartbeat: Sendable {
    enum Verdict: Sendable, Equatable {
        case answers
        /// It has left so much unanswered that it may hang.
        case silent
        /// It has been silent for so long that it is given up.
        case lost
    }

    /// How long a worker has for each answer.
    static let interval = Duration.seconds(2)
    /// After how many questions without an answer it is silent, and lost.
    private static let (patience, limit) = (2, 7)
    /// How long a lost one has been asked.
    static let lossTime = interval * limit
    /// How long a silent one has before it is lost.
    static let graceTime = interval * (limit - patience)

    private var missed = 0

    /// What is to be thought of a worker after a question.
    mutating func note(hasAnswered: Bool) -> Verdict {
        missed = hasAnswered ? 0 : min(missed + 1, Self.limit)
        return missed >= Self.limit ? .lost : missed >= Self.patience ? .silent : .answers
    }
}

/// How long to wait before trying again: not at all after one failure, then longer and longer.
struct Backoff {
    private static let first = Duration.milliseconds(100)
    private static let longest = Duration.seconds(30)
    /// What has worked for that long has not failed at its start.
    private static let proven = Duration.seconds(5)

    private var next = Duration.zero

    /// The wait after an attempt that lasted so long.
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
    /// As people say it: `0.4 s`, `30 s`.
    var formatted: String {
        let tenths = Int(self / .milliseconds(100))
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }

    /// When something that has failed is tried again.
    var asRetry: String { self == .zero ? "trying again at once" : "trying again in \(formatted)" }
}
