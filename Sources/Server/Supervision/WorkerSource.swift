internal import Logging

/// Where the workers for definitions come from.
protocol WorkerSource: Sendable {
    /// A worker for the definition with a number, that waits for its order; nil when there shall be none any more.
    func worker(for number: Int, named name: String) async throws -> WorkerProcess?
    /// A worker has opened a floating device, beside the one it was chosen for.
    func worker(_ worker: WorkerProcess, has uid: String) async
    /// Somebody waits for workers: where they could not be had, this is tried again at once.
    func hurry() async
}

/// Starts a new process for each definition, which may as well open its devices there.
struct FreshWorkers: WorkerSource {
    let executable: String
    let log: Logger

    func worker(for number: Int, named name: String) throws -> WorkerProcess? {
        try WorkerProcess(name, executable: executable, environment: [:], log: log)
    }

    func worker(_ worker: WorkerProcess, has uid: String) {}
    func hurry() {}
}
