internal import Pickle

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
