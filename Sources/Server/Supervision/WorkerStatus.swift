internal import Pickle

/// How one definition is served.
struct WorkerStatus: Sendable {
    /// The process, if there is one.
    var pid: Int?
    /// Where the devices are served; empty as long as they are not.
    var uris: [String]
    /// How many processes there were before this one.
    var restarts: Int
    /// Why the last one ended that was not told to.
    var lastError: String?
    /// What the process says of its data devices, by name.
    var report: PythonDictionary
}
