internal import Devices
internal import Pickle

/// How a server's definitions are served.
struct ServerStatus: Sendable {
    let file: String
    let definitions: [DefinitionStatus]

    var value: PythonValue {
        .dict(["configuration": .str(file), "definitions": .list(definitions.map(\.value))])
    }
}

/// How one definition is served.
struct DefinitionStatus: Sendable {
    let value: PythonValue

    init(_ definition: Definition, _ status: WorkerStatus) {
        let devices = definition.devices.enumerated().map { index, device -> PythonValue in
            var fields: PythonDictionary = [
                "name": .str(device.name), "driver": .str(device.driver.name), "uid": .text(device.uid),
                "simulated": .bool(device.isSimulated), "state": .str(status.state.rawValue),
                "problem": .none, "problem_time": .none, "overdue_call": .none, "overdue_call_time": .none,
                "parts": .list([]),
            ]
            // What a process said that does not answer any more may still hold.
            if case .dict(let report)? = status.report[.str(device.name)] {
                for (key, value) in report.pairs { fields[key] = value }
                if status.state == .serving, fields["problem"] != PythonValue.none { fields["state"] = "lost" }
            }
            fields["uri"] = .text(status.uris.indices.contains(index) ? status.uris[index] : nil)
            return .dict(fields)
        }
        let failure = status.failure
        value = .dict([
            "name": .str(definition.name), "state": .str(status.state.rawValue), "since": .float(status.since),
            "pid": status.pid.map(PythonValue.int) ?? .none, "restarts": .int(status.restarts),
            "last_error": .text(failure?.reason), "last_error_time": .time(failure?.time),
            "recovery_time": .time(failure?.recoveryTime), "retry_time": .time(failure?.retryTime),
            "devices": .list(devices),
        ])
    }
}

extension PythonValue {
    fileprivate static func time(_ time: Double?) -> PythonValue { time.map(PythonValue.float) ?? .none }
    fileprivate static func text(_ text: String?) -> PythonValue { text.map(PythonValue.str) ?? .none }
}
