@testable import Transports

/// A bus that records all transfers, as `device-server --record` does.
final class RecordingUSBBus: USBBus {
    private let bus: any USBBus
    private let folder, name: String

    init(_ bus: any USBBus, in folder: String, as name: String) {
        (self.bus, self.folder, self.name) = (bus, folder, name)
    }

    func devices(_ kinds: [USBKind]) throws(USBError) -> [USBDeviceInfo] { try bus.devices(kinds) }

    func open(_ device: USBDeviceInfo, interface: UInt8) throws(USBError) -> any USBConnection {
        let connection = try bus.open(device, interface: interface)
        guard let recorder = Recorder(folder: folder, device: name, facts: connection.facts) else {
            throw USBError(.failed, "\(name) cannot be recorded in \(folder)")
        }
        return RecordingUSBConnection(connection, recorder)
    }

    func watch(_ kinds: [USBKind], _ handler: @escaping @Sendable (USBEvent) -> Void) throws(USBError) {
        try bus.watch(kinds, handler)
    }
}
