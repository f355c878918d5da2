internal import Logging

/// A definition that needs floating devices, as a search knows it.
struct FloatingDefinition: Sendable {
    let name: String
    let uids: [String]
    /// What a child is told that searches with the definition's options.
    let order: WorkerOrder
    /// What simulated hardware finds in its environment.
    let environment: [String: String]
    /// Where it is told what becomes of it.
    let log: Logger

    var uidText: String { uids.joined(separator: ", ") }
}
