internal import Logging
internal import Pickle

/// All that a worker needs to serve its definition.
struct WorkerOrder: Sendable {
    /// The configuration as the supervisor read it, whatever the file may hold by now.
    var text: String
    var file: String
    /// The number of the definition that is this worker's.
    var definition: Int
    var isSimulated: Bool
    var log: LogOptions
    /// Whether a worker has served the definition before and has not ended as it was told.
    var isRestart = false
    /// What clients had set when the worker before this one ended.
    var memory: DeviceMemory
    /// Where the devices are served that the definition needs from other ones.
    var parts: [String: String] = [:]

    var value: PythonValue {
        .dict([
            "text": .str(text), "file": .str(file), "definition": .int(definition), "simulated": .bool(isSimulated),
            "level": .str(log.level.rawValue), "directory": log.directory.map(PythonValue.str) ?? .none,
            "size": .int(log.maximumSize), "keep": .int(log.keptFiles), "memory": memory.value,
            "restart": .bool(isRestart),
            "parts": .dict(PythonDictionary(parts.map { (PythonValue.str($0.key), PythonValue.str($0.value)) })),
        ])
    }
}

extension WorkerOrder {
    init(_ value: PythonValue) throws(ControlError) {
        guard
            case .dict(let order) = value,
            case .str(let text)? = order["text"], case .str(let file)? = order["file"],
            case .int(let definition)? = order["definition"], case .bool(let isSimulated)? = order["simulated"],
            case .str(let name)? = order["level"], let level = Logger.Level(rawValue: name),
            case .bool(let isRestart)? = order["restart"],
            case .int(let size)? = order["size"], case .int(let kept)? = order["keep"], let memory = order["memory"]
        else { throw ControlError("an order for a worker lacks something") }
        self.init(
            text: text,
            file: file,
            definition: definition,
            isSimulated: isSimulated,
            log: LogOptions(directory: order["directory"]?.text, level: level, maximumSize: size, keptFiles: kept),
            isRestart: isRestart,
            memory: DeviceMemory(memory)
        )
        guard case .dict(let served)? = order["parts"] else { return }
        for (name, uri) in served.pairs {
            if case .str(let name) = name, case .str(let uri) = uri { parts[name] = uri }
        }
    }
}
