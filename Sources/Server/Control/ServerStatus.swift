internal import Devices
public import Pickle
internal import Platform

/// The status of a running server: what `device-server status` shows, and what its control socket returns.
///
/// One coding serves both ends. Times are in seconds since 1970.
public struct ServerStatus: Sendable, Equatable {
    /// The absolute path of the configuration file, or of the program that makes the configuration.
    public var configuration: String
    public var definitions: [DefinitionStatus]

    public init(configuration: String, definitions: [DefinitionStatus]) {
        (self.configuration, self.definitions) = (configuration, definitions)
    }
}

/// The status of one definition.
public struct DefinitionStatus: Sendable, Equatable {
    public var name: String
    /// `waiting`, `starting`, `serving` or `not answering`.
    public var state: String
    /// The time of the last change of ``state``.
    public var since: Double
    /// The worker's process id; nil while there is no worker.
    public var pid: Int?
    /// The number of workers before this one.
    public var restarts: Int
    public var lastError: String?
    public var lastErrorTime: Double?
    /// The time at which the definition was served again after the last error.
    public var recoveryTime: Double?
    /// The time of the next attempt.
    public var retryTime: Double?
    public var devices: [DeviceStatus]
    /// What is wrong with light that a worker may have left on; nil in JSON is left out.
    public var light: String?
    /// The bytes that frames take in the worker: those on their way, and those kept for frames to come; nil without one.
    public var frameBytes: Int?
}

/// The status of one device.
public struct DeviceStatus: Sendable, Equatable {
    public var name: String
    public var driver: String
    public var uid: String?
    public var isSimulated: Bool
    /// The state of the definition, or `lost` if the driver cannot use the device.
    public var state: String
    /// What keeps the device from being used, and since when.
    public var problem: String?
    public var problemTime: Double?
    /// A call that has not returned for more than five seconds, and since when it runs.
    public var overdueCall: String?
    public var overdueCallTime: Double?
    /// The oldest call that has waited for more than five seconds for the end of what it began, and since when.
    public var waitingCall: String?
    public var waitingCallTime: Double?
    public var parts: [PartStatus]
    public var uri: String?
    /// The stream of data, if the device sends any.
    public var stream: StreamStatus?
    /// The client that has locked the device.
    public var lease: LeaseStatus?
    /// Fields that this version does not know, as they were received.
    public var others: PythonDictionary

    /// Whether a server has the device open, even if contact to it is lost at the moment.
    public var isServed: Bool { state == "serving" || state == "lost" }
}

/// The status of a part of a device that clients reach by a URI of its own.
public struct PartStatus: Sendable, Equatable {
    public var name: String
    public var uri: String?
    public var stream: StreamStatus?
    public var lease: LeaseStatus?
    public var others: PythonDictionary
}

// MARK: Coding

extension ServerStatus {
    public var value: PythonValue {
        .dict(["configuration": .str(configuration), "definitions": .list(definitions.map(\.value))])
    }

    /// Reads a status.
    ///
    /// Definitions and devices that cannot be decoded are left out.
    public init(_ value: PythonValue) {
        var fields = StatusFields(value)
        configuration = fields.take("configuration") ?? ""
        definitions = fields.list("definitions").compactMap(DefinitionStatus.init)
    }
}

extension DefinitionStatus {
    var value: PythonValue {
        var value: PythonDictionary = [
            "name": .str(name), "state": .str(state), "since": .float(since), "pid": .optional(pid),
            "restarts": .int(restarts), "last_error": .optional(lastError), "last_error_time": .optional(lastErrorTime),
            "recovery_time": .optional(recoveryTime), "retry_time": .optional(retryTime),
            "devices": .list(devices.map(\.value)),
        ]
        if let light { value["light"] = .str(light) }
        if let frameBytes { value["frame_bytes"] = .int(frameBytes) }
        return .dict(value)
    }

    init?(_ value: PythonValue) {
        var fields = StatusFields(value)
        // The name of a definition is not needed to understand its devices.
        name = fields.take("name") ?? ""
        state = fields.take("state") ?? ""
        since = fields.take("since") ?? 0
        pid = fields.take("pid")
        restarts = fields.take("restarts") ?? 0
        lastError = fields.take("last_error")
        lastErrorTime = fields.take("last_error_time")
        recoveryTime = fields.take("recovery_time")
        retryTime = fields.take("retry_time")
        light = fields.take("light")
        frameBytes = fields.take("frame_bytes")
        let (state, list) = (state, fields.list("devices"))
        devices = list.compactMap { DeviceStatus($0, definitionState: state) }
    }
}

extension DeviceStatus {
    var value: PythonValue {
        var fields: PythonDictionary = [
            "name": .str(name), "driver": .str(driver), "uid": .optional(uid), "simulated": .bool(isSimulated),
            "state": .str(state), "problem": .optional(problem), "problem_time": .optional(problemTime),
            "overdue_call": .optional(overdueCall), "overdue_call_time": .optional(overdueCallTime),
            "waiting_call": .optional(waitingCall), "waiting_call_time": .optional(waitingCallTime),
            "parts": .list(parts.map(\.value)), "uri": .optional(uri),
        ]
        fields.append(stream)
        fields.append(lease)
        for (key, value) in others.pairs { fields[key] = value }
        return .dict(fields)
    }

    init?(_ value: PythonValue, definitionState: String) {
        var fields = StatusFields(value)
        guard let name: String = fields.take("name"), let driver: String = fields.take("driver") else { return nil }
        self.init(
            name: name,
            driver: driver,
            uid: fields.take("uid"),
            isSimulated: fields.take("simulated") ?? false,
            state: fields.take("state") ?? definitionState,
            uri: fields.take("uri")
        )
        readReport(&fields)
    }

    /// A device before its worker has reported anything.
    init(name: String, driver: String, uid: String?, isSimulated: Bool, state: String, uri: String?) {
        (self.name, self.driver, self.uid, self.isSimulated) = (name, driver, uid, isSimulated)
        (self.state, self.uri) = (state, uri)
        (parts, others) = ([], PythonDictionary())
    }

    /// Takes over what a worker reports on the device.
    mutating func readReport(_ report: PythonValue) {
        var fields = StatusFields(report)
        fields.remove("name", "uri")
        readReport(&fields)
    }

    private mutating func readReport(_ fields: inout StatusFields) {
        problem = fields.take("problem")
        problemTime = fields.take("problem_time")
        overdueCall = fields.take("overdue_call")
        overdueCallTime = fields.take("overdue_call_time")
        waitingCall = fields.take("waiting_call")
        waitingCallTime = fields.take("waiting_call_time")
        parts = fields.list("parts").compactMap(PartStatus.init)
        stream = StreamStatus(&fields)
        lease = LeaseStatus(&fields)
        others = fields.rest
    }
}

extension PartStatus {
    var value: PythonValue {
        var fields: PythonDictionary = ["name": .str(name), "uri": .optional(uri)]
        fields.append(stream)
        fields.append(lease)
        for (key, value) in others.pairs { fields[key] = value }
        return .dict(fields)
    }

    init?(_ value: PythonValue) {
        var fields = StatusFields(value)
        guard let name: String = fields.take("name") else { return nil }
        self.name = name
        uri = fields.take("uri")
        stream = StreamStatus(&fields)
        lease = LeaseStatus(&fields)
        others = fields.rest
    }
}

extension PythonDictionary {
    fileprivate mutating func append(_ stream: StreamStatus?) {
        guard let stream else { return }
        for (key, value) in stream.fields.pairs { self[key] = value }
    }
}

extension PythonValue {
    fileprivate static func optional(_ text: String?) -> PythonValue { text.map(PythonValue.str) ?? .none }
    fileprivate static func optional(_ number: Int?) -> PythonValue { number.map(PythonValue.int) ?? .none }
    fileprivate static func optional(_ number: Double?) -> PythonValue { number.map(PythonValue.float) ?? .none }
}

// MARK: In the supervisor

extension DefinitionStatus {
    init(_ definition: Definition, _ worker: WorkerStatus) {
        (name, state, since, pid) = (definition.name, worker.state.rawValue, worker.since, worker.pid)
        restarts = worker.restarts
        light = worker.light
        frameBytes = Int(python: worker.report[DeviceServer.frameBytesKey] ?? .none)
        (lastError, lastErrorTime) = (worker.failure?.reason, worker.failure?.time)
        (recoveryTime, retryTime) = (worker.failure?.recoveryTime, worker.failure?.retryTime)
        devices = definition.devices.enumerated().map { index, device in
            var status = DeviceStatus(
                name: device.name,
                driver: device.driver.name,
                uid: device.uid,
                isSimulated: device.isSimulated,
                state: worker.state.rawValue,
                uri: worker.uris.indices.contains(index) ? worker.uris[index] : nil
            )
            // The last report of a process that no longer answers may still be true.
            if let report = worker.report[.str(device.name)] { status.readReport(report) }
            // While there is no worker, what earlier ones have counted.
            if status.stream == nil, let counts = worker.counts?.counts(of: device.name) {
                status.stream = StreamStatus(isSending: false, counts, clients: [])
            }
            if worker.state == .serving, status.problem != nil { status.state = "lost" }
            return status
        }
    }
}

// MARK: Served devices

/// A device that a server on this machine has open or tries to open.
public struct ServedDevice: Sendable, Hashable {
    public let name: String
    public let driver: String
    public let uid: String?
    /// The absolute path of the server's configuration file.
    public let configuration: String
    /// `starting`, `serving`, `waiting`, `not answering`, or `lost` if the driver cannot use the device.
    public let state: String
    /// What keeps the device from being used.
    public let problem: String?
    /// The process that has the device; nil while there is none.
    public let pid: Int?
    public let uri: String?
    public let isSimulated: Bool

    /// Whether a server has the device open, even if contact to it is lost at the moment.
    public var isServed: Bool { state == "serving" || state == "lost" }

    /// The devices of all servers that this user may ask.
    public static var all: [ServedDevice] { RunningServer.askAll().statuses.flatMap(all) }

    /// The devices in a server's status.
    public static func all(in status: ServerStatus) -> [ServedDevice] {
        status.definitions.flatMap { definition in
            definition.devices.map { device in
                ServedDevice(
                    name: device.name,
                    driver: device.driver,
                    uid: device.uid,
                    configuration: status.configuration,
                    state: device.state,
                    problem: device.problem,
                    pid: definition.pid,
                    uri: device.uri,
                    isSimulated: device.isSimulated
                )
            }
        }
    }

    /// The devices in a server's answer to `status`.
    public static func all(in status: PythonValue) -> [ServedDevice] { all(in: ServerStatus(status)) }

    /// Whether a definition in a file means this device, as far as configurations reveal that.
    ///
    /// That is so if the server has it from the same file, or from another one with the same driver and uid. Simulated
    /// devices do not count: each server has its own.
    public func isMeant(by definition: ConfiguredDevice, of file: String) -> Bool {
        guard isSimulated == definition.isSimulated else { return false }
        if name == definition.name, configuration == FileSystem.realPath(file) { return true }
        return uid != nil && uid == definition.uid && driver == definition.driver.name && !isSimulated
    }
}
