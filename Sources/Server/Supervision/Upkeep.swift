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
