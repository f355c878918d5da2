internal import Logging
internal import Pickle

/// All that a worker needs to serve its definition.
struct WorkerOrder: Sendable {
    /// The configuration as the supervisor read it, whatever the file may hold by now; nil for one that the program
    /// makes.
    var text: String?
    var file: String
    /// The number of the definition that is this worker's.
    var definition: Int
    /// What the supervisor calls it.
    var name = ""
    var isSimulated: Bool
    var log: LogOptions
    /// Whether a worker has served the definition before and has not ended as it was told.
    var isRestart = false
    /// What clients had set when the worker before this one ended.
    var memory: DeviceMemory
    /// Where the devices are served that the definition needs from other ones.
    var parts: [String: String] = [:]
    /// The port that the kernel chose for the worker before this one, for clients to find the devices again.
    var port: Int?

    var value: PythonValue {
        .dict([
            "text": text.map(PythonValue.str) ?? .none, "name": .str(name), "file": .str(file),
            "definition": .int(definition), "simulated": .bool(isSimulated),
            "level": .str(log.level.rawValue), "directory": log.directory.map(PythonValue.str) ?? .none,
            "size": .int(log.maximumSize), "keep": .int(log.keptFiles), "memory": memory.value,
            "restart": .bool(isRestart), "port": port.map(PythonValue.int) ?? .none,
            "parts": .dict(PythonDictionary(parts.map { (PythonValue.str($0.key), PythonValue.str($0.value)) })),
        ])
    }
}

extension WorkerOrder {
    init(_ value: PythonValue) throws(ControlError) {
        guard
            case .dict(let order) = value,
            let text = order["text"], case .str(let name)? = order["name"], case .str(let file)? = order["file"],
            case .int(let definition)? = order["definition"], case .bool(let isSimulated)? = order["simulated"],
            case .str(let word)? = order["level"], let level = Logger.Level(rawValue: word),
            case .bool(let isRestart)? = order["restart"],
            case .int(let size)? = order["size"], case .int(let kept)? = order["keep"], let memory = order["memory"]
        else { throw ControlError("an order for a worker lacks something") }
        self.init(
            text: text.text,
            file: file,
            definition: definition,
            isSimulated: isSimulated,
            log: LogOptions(directory: order["directory"]?.text, level: level, maximumSize: size, keptFiles: kept),
            isRestart: isRestart,
            memory: DeviceMemory(memory)
        )
        self.name = name
        if case .int(let port)? = order["port"] { self.port = port }
        guard case .dict(let served)? = order["parts"] else { return }
        for (name, uri) in served.pairs {
            if case .str(let name) = name, case .str(let uri) = uri { parts[name] = uri }
        }
    }
}
