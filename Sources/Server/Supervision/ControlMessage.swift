internal import Pickle

/// What the supervisor and a worker say to each other.
enum ControlMessage: Sendable {
    /// To the worker, first of all: what to serve.
    case start(WorkerOrder)
    /// To the worker: shut the devices down and end.
    case shutDown
    /// From the worker: clients can come.
    case serving(uris: [String], hasLightSource: Bool)
    /// From the worker, before it ends: why it cannot serve.
    case failed(String)
    /// From the worker: what clients have set, for the worker that may have to take its place.
    case memory(DeviceMemory)

    var value: PythonValue {
        switch self {
        case .start(let order): .tuple(["start", order.value])
        case .shutDown: .tuple(["shut down"])
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
        case ("shut down", nil, nil): self = .shutDown
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
