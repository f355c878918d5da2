internal import Avahi
internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

/// A link to a device of another process, on this machine or another one.
///
/// After a connection was lost the next call connects again, so that a device which was restarted is available again.
/// A device with a `MDNS:` URI is looked up then, since it may have moved.
final class RemoteDeviceLink: DeviceLink {
    let name: String
    private let uri: PyroURI
    private let options: ClientOptions
    private let client = Lock<PyroClient?>(nil)
    private let server: DeviceServer
    private let listener: PartListener
    /// The object by which the other device's server reaches the listener.
    private let listenerID: String

    /// - Parameters:
    ///   - server: receives the data.
    ///   - owner: the device that uses this one.
    init(_ uri: PyroURI, options: ClientOptions, server: DeviceServer, owner: String) {
        name = uri.object
        (self.uri, self.options) = (uri, options)
        self.server = server
        listener = PartListener()
        listenerID = "\(owner).\(uri.object).data"
    }

    func call(_ method: String, _ arguments: [PythonValue]) throws -> PythonValue {
        try reaching { try $0.call(method, arguments) }
    }

    func get(_ attribute: String) throws -> PythonValue { try reaching { try $0.get(attribute) } }
    func set(_ attribute: String, to value: PythonValue) throws {
        try reaching { try $0.set(attribute, to: value) }
    }

    func receive(_ body: @escaping @Sendable (Datum) -> Void) throws {
        listener.pass(to: body)
        server.register(listener, as: listenerID)
        // The other server reaches this one by the local address of the connection between them.
        var place = server.uri(of: listenerID)
        if case .tcp(let host, _)? = try reaching({ try $0.localEndpoint }),
            case .tcp(_, let port)? = place.location
        {
            place = PyroURI(object: listenerID, location: .tcp(host: host, port: port))
        }
        _ = try call("set_client", [.uri(place)])
    }

    func stopReceiving() throws {
        listener.pass(to: nil)
        _ = try call("set_client", [.none])
    }

    private func reaching<Result>(_ body: (PyroClient) throws -> Result) throws -> Result {
        do { return try body(connected()) } catch let error where error is ClientError || error is AvahiError {
            throw DeviceError(.failed, "\(uri.text) cannot be reached: \(error)")
        }
    }

    private func connected() throws -> PyroClient {
        let known = client.withLock { $0 }
        // A device that was lost may have moved, if its URI is a name without a place.
        if let known, known.isConnected || uri.scheme != "MDNS" { return known }
        let new = PyroClient(try AnnouncedDevice.locate(uri), options: options)
        client.withLock { $0 = new }
        return new
    }
}

/// The object to which another process sends data for a device of this one.
private final class PartListener: PyroObject {
    let metadata = ObjectMetadata(methods: ["receiveData"])
    private let body = Lock<(@Sendable (Datum) -> Void)?>(nil)

    func pass(to body: (@Sendable (Datum) -> Void)?) { self.body.update { $0 = body } }

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        guard method == "receiveData", let data = arguments.positional.first else {
            throw PythonException("AttributeError", "this object only receives data, by receiveData")
        }
        var timestamp = 0.0
        if arguments.positional.count > 1, case .float(let time) = arguments.positional[1] { timestamp = time }
        body.withLock { $0 }?(Datum(received: data, at: timestamp))
        return .none
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue { .none }
    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {}
}
