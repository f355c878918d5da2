internal import Devices
public import Pickle

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

/// A device that a server on this machine has, or tries to have, as the server says.
public struct ServedDevice: Sendable, Hashable {
    public let name: String
    public let driver: String
    public let uid: String?
    /// The whole path of the server's configuration file.
    public let configuration: String
    /// `starting`, `serving`, `waiting`, `not answering`, or `lost` if the driver cannot use the device.
    public let state: String
    /// What keeps the device from being used.
    public let problem: String?
    /// The process that has the device; nil while there is none, which the server is about to change.
    public let pid: Int?
    public let uri: String?
    public let isSimulated: Bool

    /// Whether a server has it open, be it that it is lost at the moment.
    public var isServed: Bool { state == "serving" || state == "lost" }

    /// Those of all servers that this user may ask.
    public static var all: [ServedDevice] {
        RunningServer.askAll().statuses.flatMap(all)
    }

    /// The devices in a server's answer to `status`; what is not as it should be is left out.
    public static func all(in status: PythonValue) -> [ServedDevice] {
        status["definitions"].items.flatMap { definition in
            definition["devices"].items.compactMap { device in
                guard let name = device["name"].text, let driver = device["driver"].text else { return nil }
                return ServedDevice(
                    name: name,
                    driver: driver,
                    uid: device["uid"].text,
                    configuration: status["configuration"].text ?? "",
                    state: device["state"].text ?? definition["state"].text ?? "",
                    problem: device["problem"].text,
                    pid: Int(python: definition["pid"]),
                    uri: device["uri"].text,
                    isSimulated: device["simulated"] == true
                )
            }
        }
    }

    /// Whether a definition in a file means this device, as far as configurations tell.
    ///
    /// It does if the server has it from the same file, or one with the same driver and uid from another. What is
    /// simulated is no hardware, and each server has its own.
    public func isMeant(by definition: DeviceDefinition, of file: String) -> Bool {
        guard isSimulated == definition.isSimulated else { return false }
        if name == definition.name, configuration == file.realPath { return true }
        return uid != nil && uid == definition.uid && driver == definition.driver.name && !isSimulated
    }
}

extension PythonValue {
    fileprivate subscript(key: String) -> PythonValue {
        if case .dict(let fields) = self { fields[.str(key)] ?? .none } else { .none }
    }

    fileprivate var items: [PythonValue] { if case .list(let items) = self { items } else { [] } }
}
