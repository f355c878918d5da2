/// A connection that passes everything on to another one and records it.
final class RecordingUSBConnection: USBConnection {
    private let connection: any USBConnection
    private let recorder: Recorder

    init(_ connection: any USBConnection, _ recorder: Recorder) {
        self.connection = connection
        self.recorder = recorder
    }

    var device: USBDeviceInfo { connection.device }
    var interface: USBInterface { connection.interface }

    func close() { connection.close() }

    func read(_ request: ControlRequest, length: Int, within limit: Duration) throws(USBError) -> [UInt8] {
        try note(.in, "\(request)") { () throws(USBError) in
            try connection.read(request, length: length, within: limit)
        }
    }

    func write(_ bytes: [UInt8], _ request: ControlRequest, within limit: Duration) throws(USBError) {
        _ = try note(.out, "\(request)", bytes) { () throws(USBError) in
            try connection.write(bytes, request, within: limit)
            return bytes
        }
    }

    func read(_ endpoint: USBEndpoint, length: Int, within limit: Duration) throws(USBError) -> [UInt8] {
        try note(.in, endpoint.recorded) { () throws(USBError) in
            try connection.read(endpoint, length: length, within: limit)
        }
    }

    func write(_ bytes: [UInt8], to endpoint: USBEndpoint, within limit: Duration) throws(USBError) {
        _ = try note(.out, endpoint.recorded, bytes) { () throws(USBError) in
            try connection.write(bytes, to: endpoint, within: limit)
            return bytes
        }
    }

    func clearHalt(_ endpoint: USBEndpoint) throws(USBError) {
        _ = try note(.out, "clear \(endpoint.recorded)") { () throws(USBError) in
            try connection.clearHalt(endpoint)
            return []
        }
    }

    private func note(
        _ direction: Exchange.Direction,
        _ channel: String,
        _ sent: [UInt8] = [],
        _ transfer: () throws(USBError) -> [UInt8]
    ) throws(USBError) -> [UInt8] {
        do throws(USBError) {
            let bytes = try transfer()
            recorder.note(direction, channel, bytes)
            return bytes
        } catch {
            recorder.note(direction, channel, sent, error: "\(error.kind)")
            throw error
        }
    }
}

extension USBEndpoint {
    /// Its name in recordings.
    var recorded: String { Hexadecimal.text(address) }
}

extension USBConnection {
    /// The lines at the top of a recording that describe the device to a replay.
    var facts: [String] {
        let endpoints = interface.endpoints.map { endpoint in
            "\(endpoint.recorded):\(endpoint.kind.rawValue):\(endpoint.packetSize)"
        }
        return [
            "kind \(device.kind)", "port \(device.port)", "serial \(device.serial ?? "")",
            "manufacturer \(device.manufacturer ?? "")", "product \(device.product ?? "")",
            "interface \(([interface.number, interface.function].map { "\($0)" } + endpoints).joined(separator: " "))",
        ]
    }
}

extension USBKind {
    /// Reads what ``description`` gives.
    public init?(_ text: String) {
        let numbers = text.split(separator: ":").compactMap { UInt16($0, radix: 16) }
        guard numbers.count == 2 else { return nil }
        self.init(numbers[0], numbers[1])
    }
}

extension USBDeviceInfo {
    init?(_ recording: Recording) {
        guard let kind = recording.fact("kind").flatMap({ USBKind($0) }),
            let port = recording.fact("port").flatMap({ USBPort($0) })
        else { return nil }
        let text: (String) -> String? = { word in recording.fact(word).flatMap { $0.isEmpty ? nil : $0 } }
        self.init(
            kind,
            at: port,
            address: 1,
            serial: text("serial"),
            manufacturer: text("manufacturer"),
            product: text("product")
        )
    }
}

extension USBInterface {
    init?(_ recording: Recording) {
        let words = recording.fact("interface")?.split(separator: " ") ?? []
        guard words.count >= 2, let number = UInt8(words[0]), let function = UInt8(words[1]) else { return nil }
        self.init(number, function: function, endpoints: words.dropFirst(2).compactMap(USBEndpoint.init(recorded:)))
    }
}

extension USBEndpoint {
    fileprivate init?(recorded text: Substring) {
        let parts = text.split(separator: ":")
        guard parts.count == 3, let address = UInt8(parts[0], radix: 16),
            let kind = UInt8(parts[1]).flatMap(Kind.init), let size = Int(parts[2])
        else { return nil }
        self.init(address, kind, packetSize: size)
    }
}

/// A bus with one device that is replayed from a recording.
public final class ReplayedUSBBus: USBBus {
    private let device: USBDeviceInfo
    private let interface: USBInterface
    private let replay: Replay

    /// - Throws: ``RecordingError`` if the recording is not of a USB device.
    public init(_ recording: Recording) throws(RecordingError) {
        guard let device = USBDeviceInfo(recording), let interface = USBInterface(recording) else {
            throw RecordingError("the recording does not describe a USB device")
        }
        self.device = device
        self.interface = interface
        replay = Replay(recording)
    }

    /// Whether all of the recording has been replayed.
    public var isOver: Bool { replay.isOver }

    /// The recorded time in seconds since 1970, for actions that happen after a delay.
    public var time: Double { replay.time }

    public func devices(_ kinds: [USBKind]) -> [USBDeviceInfo] { kinds.contains(device.kind) ? [device] : [] }

    public func open(_ device: USBDeviceInfo, interface: UInt8) -> any USBConnection {
        ReplayedUSBConnection(device, self.interface, replay)
    }

    public func watch(_ kinds: [USBKind], _ handler: @escaping @Sendable (USBEvent) -> Void) {}
}

/// A connection to a device that is replayed from a recording.
final class ReplayedUSBConnection: USBConnection {
    let device: USBDeviceInfo
    let interface: USBInterface
    private let replay: Replay

    init(_ device: USBDeviceInfo, _ interface: USBInterface, _ replay: Replay) {
        self.device = device
        self.interface = interface
        self.replay = replay
    }

    func close() {}

    func read(_ request: ControlRequest, length: Int, within limit: Duration) throws(USBError) -> [UInt8] {
        try step(.in, "\(request)").bytes
    }

    func write(_ bytes: [UInt8], _ request: ControlRequest, within limit: Duration) throws(USBError) {
        _ = try step(.out, "\(request)", bytes)
    }

    func read(_ endpoint: USBEndpoint, length: Int, within limit: Duration) throws(USBError) -> [UInt8] {
        try step(.in, endpoint.recorded).bytes
    }

    func write(_ bytes: [UInt8], to endpoint: USBEndpoint, within limit: Duration) throws(USBError) {
        _ = try step(.out, endpoint.recorded, bytes)
    }

    func clearHalt(_ endpoint: USBEndpoint) throws(USBError) { _ = try step(.out, "clear \(endpoint.recorded)") }

    private func step(
        _ direction: Exchange.Direction,
        _ channel: String,
        _ bytes: [UInt8]? = nil
    ) throws(USBError) -> Exchange {
        let exchange: Exchange
        do { exchange = try replay.step(direction, channel, bytes) } catch {
            throw USBError(.failed, "\(device): \(error)")
        }
        guard let word = exchange.error else { return exchange }
        let kind = USBError.Kind.allCases.first { "\($0)" == word } ?? .failed
        throw USBError(kind, "\(device), \(channel): \(word), as recorded")
    }
}
