/// A bus with one device, which does again what was recorded of it.
public final class ReplayedUSBBus: USBBus {
    private let device: USBDeviceInfo
    private let interface: USBInterface
    private let replay: Replay

    /// - Throws: ``RecordingError`` if the recording is not of a USB device.
    public init(_ recording: Recording) throws(RecordingError) {
        guard let device = USBDeviceInfo(recording), let interface = USBInterface(recording) else {
            throw RecordingError("the recording does not say of which USB device it is")
        }
        self.device = device
        self.interface = interface
        replay = Replay(recording)
    }

    /// Whether all of the recording has taken place again.
    public var isOver: Bool { replay.isOver }

    /// The time that it was then, in seconds since 1970, for what does things after a while.
    public var time: Double { replay.time }

    public func devices(_ kinds: [USBKind]) -> [USBDeviceInfo] { kinds.contains(device.kind) ? [device] : [] }

    public func open(_ device: USBDeviceInfo, interface: UInt8) -> any USBConnection {
        ReplayedUSBConnection(device, self.interface, replay)
    }

    public func watch(_ kinds: [USBKind], _ handler: @escaping @Sendable (USBEvent) -> Void) {}
}

/// A device that does again what was recorded of it.
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
