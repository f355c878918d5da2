internal import Devices
internal import Logging
internal import Pickle
internal import Pyro

/// A device, or a part of one, as Pyro clients reach it.
final class ServedObject: PyroObject {
    private let host: DeviceHost
    private let description: ObjectDescription
    private let registration: Registration?
    private let frames: FrameMethods?
    private let leases: Leases
    private let leaseMethods: LeaseMethods
    private let light: LightGuard?
    private let log: Logger
    let metadata: ObjectMetadata

    /// - Parameter uri: the URI by which clients reach the object.
    init(
        _ description: ObjectDescription,
        of host: DeviceHost,
        at uri: PyroURI,
        leases: Leases,
        frames: FrameService,
        refuseCallBack: @escaping CallBackRefusal,
        log: Logger
    ) {
        self.host = host
        self.log = log
        self.leases = leases
        leaseMethods = LeaseMethods(of: description.id, leases, log: log)
        self.description = description
        registration = description.stream.map {
            Registration(to: $0, of: description, host, at: uri, refuseCallBack: refuseCallBack)
        }
        self.frames = description.stream.map { stream in
            FrameMethods(to: stream, frames) { host.refreshConditions(description.index, of: stream) }
        }
        light = host.lights[description.index]
        let additions =
            (registration == nil ? [] : Registration.methods + FrameMethods.names)
            + (light == nil ? [] : LightMethod.listed)
        metadata = ObjectMetadata(
            methods: (description.methods + LeaseMethods.names + additions).sorted(),
            attributes: description.attributes
        )
    }

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        if let row = LeaseMethods.Row(rawValue: method) { return try leaseMethods.call(row, arguments, context) }
        if let frames, let row = FrameMethods.Row(rawValue: method) { return try frames.call(row, arguments, context) }
        if !isReading(method) { try leases.check(description.id, for: context.connection) }
        if let registration, let row = Registration.Row(rawValue: method) {
            return try registration.call(row, arguments, context)
        }
        if method == FaultOrders.method, let faults = description.faults {
            return try FaultOrders(faults).call(arguments)
        }
        guard let light else {
            return try host.call(description.index, method, arguments, while: context.isConnected)
        }
        let caller = LightCaller(context, at: Timestamp.now)
        if let row = LightMethod(rawValue: method) { return try row.call(light, arguments, caller) }
        let command = LightCommand(method, arguments, hasLines: light.hasLines, isReading: isReading(method))
        try light.begin(command, by: caller)
        let result = try host.call(description.index, method, arguments, while: context.isConnected)
        light.end(command, by: caller)
        logLight(method, context)
        return method == "get_status" ? light.completed(status: result) : result
    }

    /// Logs who switched light on or off, for people who find light on that should be off, or the reverse.
    private func logLight(_ method: String, _ context: CallContext) {
        guard description.isLightSource, method == "enable" || method == "disable" else { return }
        let client = context.client.map { "client \($0)" } ?? "a client"
        log.notice("light \(method)d by \(client)")
    }

    func isReading(_ method: String) -> Bool {
        description.readingMethods.contains(method) || method == LeaseMethods.Row.lockOwner.rawValue
            || FrameMethods.Row(rawValue: method) != nil
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue {
        try light?.begin(.read, by: LightCaller(context, at: Timestamp.now))
        return try host.get(description.index, attribute)
    }

    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {
        try leases.check(description.id, for: context.connection)
        try light?.begin(.other, by: LightCaller(context, at: Timestamp.now))
        try host.set(description.index, attribute, to: value, while: context.isConnected)
    }
}

/// The error for a client that may not have data sent to a place; nil if it may.
typealias CallBackRefusal = @Sendable (Endpoint, CallContext) -> PythonException?

/// The methods by which clients register for a device's data, which do not wait for the device's lock.
struct Registration: Sendable {
    enum Row: String, CaseIterable {
        case setClient = "set_client"
        /// The name that Cockpit uses.
        case receiveClient
        case receiveData
        case grabNextData = "grab_next_data"
    }

    static let methods = Row.allCases.map(\.rawValue)

    private let stream: DataStream
    private let description: ObjectDescription
    private let host: DeviceHost
    private let uri: PyroURI
    private let refuseCallBack: CallBackRefusal

    init(
        to stream: DataStream,
        of description: ObjectDescription,
        _ host: DeviceHost,
        at uri: PyroURI,
        refuseCallBack: @escaping CallBackRefusal
    ) {
        (self.stream, self.description, self.host, self.uri) = (stream, description, host, uri)
        self.refuseCallBack = refuseCallBack
    }

    func call(_ row: Row, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        let method = row.rawValue
        switch row {
        case .setClient: try setClient(arguments.decode(for: method, Parameter<PythonValue>("new_client")), context)
        case .receiveClient: try setClient(arguments.decode(for: method, Parameter<PythonValue>("client_uri")), context)
        case .receiveData:
            let (data, timestamp): (PythonValue, Double) = try arguments.decode(for: method, "data", "timestamp")
            receive(data, timestamp)
        case .grabNextData:
            let triggers = try arguments.decode(for: method, Parameter("soft_trigger", default: true))
            return try grab(triggers, context)
        }
        return .none
    }

    private func setClient(_ client: PythonValue, _ context: CallContext) throws {
        switch client {
        case .none: stream.clients.pop()
        case .uri(let uri): try push(uri, context)
        case .proxy(let proxy): try push(proxy.uri, context)
        case .str(let text):
            guard let uri = PyroURI(text) else { throw PythonException.pyro("PyroError", "invalid uri '\(text)'") }
            try push(uri, context)
        default: throw RemoteError.type("a client is a Pyro URI, its text or a proxy, not \(client.typeName)")
        }
    }

    /// Longer than any host and path, since each client is remembered.
    private static let longestURI = 1024

    private func push(_ uri: PyroURI, _ context: CallContext) throws {
        guard uri.text.utf8.count <= Self.longestURI else {
            throw PythonException.pyro("PyroError", "invalid uri of more than \(Self.longestURI) bytes")
        }
        guard let place = uri.location else {
            throw PythonException.pyro("PyroError", "'\(uri.text)' does not say where the client is")
        }
        if let error = UnreachablePlace.error(for: place, of: context.client) { throw error }
        if let error = refuseCallBack(place, context) { throw error }
        guard !isOwn(uri) else { throw RemoteError.value("\(description.id) cannot be a client of itself") }
        stream.clients.push(uri)
    }

    /// Whether a URI leads back to this object; the names of a host are as many as its addresses.
    private func isOwn(_ other: PyroURI) -> Bool {
        guard other.object == uri.object else { return false }
        return switch (other.location, uri.location) {
        case (.tcp(_, let port)?, .tcp(_, let own)?): port == own
        case (let place?, let own?): place == own
        default: false
        }
    }

    /// Wakes a caller that waits for the next datum.
    ///
    /// Data that a client sends never reach other clients: they are not this device's, and devices that are registered
    /// with each other would pass them round in a circle.
    private func receive(_ data: PythonValue, _ timestamp: Double) {
        stream.clients.wake(with: Datum(data, at: timestamp))
    }

    /// Waits for the next datum, after a trigger if one is asked for.
    private func grab(_ triggers: Bool, _ context: CallContext) throws -> PythonValue {
        guard stream.isRunning else { throw DeviceError(.disabled, "Camera not enabled.") }
        let receiver = LocalReceiver()
        stream.clients.push(receiver)
        defer { stream.clients.remove(receiver) }
        if triggers, description.methods.contains("trigger") {
            _ = try host.call(description.index, "trigger", CallArguments())
        }
        while true {
            if let datum = receiver.next(within: Self.attention) {
                return .tuple([datum.value(stream.pool), .float(datum.timestamp)])
            }
            guard stream.isRunning else { throw DeviceError(.disabled, "Camera not enabled.") }
            // A client that gave up must not take a datum from others.
            guard context.isConnected() else { return .none }
        }
    }

    /// How often a caller that waits for a datum is checked for being there.
    private static let attention = Duration.milliseconds(200)
}
