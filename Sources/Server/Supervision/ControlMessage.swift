internal import Devices
internal import Pickle

/// What the supervisor and a worker say to each other.
enum ControlMessage: Sendable {
    /// To the worker, first of all: what to serve.
    case start(WorkerOrder)
    /// To the worker, in its place: open candidates of the first floating device of the order's definition, until one
    /// is open; then wait for ``start(_:)``, which may name another definition, or ``shutDown``.
    case search(WorkerOrder)
    /// To the worker: shut the devices down and end.
    case shutDown
    /// To the worker: tell how things are, by ``report(_:)``.
    case askForReport
    /// From the worker that searches: how many candidates there are.
    case counted(Int)
    /// From the worker: it has opened a floating device.
    case opened(uid: String)
    /// From the worker that searches, before it ends: there is nothing left to open.
    case exhausted(SearchReport)
    /// From the worker: clients can come.
    case serving(uris: [String], hasLightSource: Bool)
    /// From the worker: how its devices are, a dictionary for each by its name.
    case report(PythonDictionary)
    /// From the worker, before it ends: why it cannot serve.
    case failed(String)
    /// From the worker: what clients have set, for the worker that may have to take its place.
    case memory(DeviceMemory)

    var value: PythonValue {
        switch self {
        case .start(let order): .tuple(["start", order.value])
        case .search(let order): .tuple(["search", order.value])
        case .shutDown: .tuple(["shut down"])
        case .askForReport: .tuple(["ask"])
        case .report(let report): .tuple(["report", .dict(report)])
        case .counted(let count): .tuple(["counted", .int(count)])
        case .opened(let uid): .tuple(["opened", .str(uid)])
        case .exhausted(let report): .tuple(["exhausted", report.value])
        case .serving(let uris, let hasLightSource):
            .tuple(["serving", .list(uris.map(PythonValue.str)), .bool(hasLightSource)])
        case .failed(let reason): .tuple(["failed", .str(reason)])
        case .memory(let memory): .tuple(["memory", memory.value])
        }
    }

    init(_ value: PythonValue) throws(ControlError) {
        guard case .tuple(let items) = value, case .str(let name)? = items.first else {
            throw ControlError("a control message is a tuple with a name")
        }
        switch (name, items.dropFirst().first, items.dropFirst(2).first) {
        case ("start", let order?, nil): self = .start(try WorkerOrder(order))
        case ("search", let order?, nil): self = .search(try WorkerOrder(order))
        case ("shut down", nil, nil): self = .shutDown
        case ("ask", nil, nil): self = .askForReport
        case ("report", .dict(let report)?, nil): self = .report(report)
        case ("counted", .int(let count)?, nil): self = .counted(count)
        case ("opened", .str(let uid)?, nil): self = .opened(uid: uid)
        case ("exhausted", let report?, nil): self = .exhausted(SearchReport(report))
        case ("serving", .list(let uris)?, .bool(let hasLightSource)?):
            self = .serving(uris: uris.compactMap(\.text), hasLightSource: hasLightSource)
        case ("failed", .str(let reason)?, nil): self = .failed(reason)
        case ("memory", let memory?, nil): self = .memory(DeviceMemory(memory))
        default: throw ControlError("unknown control message '\(name)'")
        }
    }
}

extension PythonValue {
    var text: String? { if case .str(let text) = self { text } else { nil } }
}
