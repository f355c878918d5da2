/// Passes everything on to a connection, and writes it down.
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
    /// How recordings call it.
    var recorded: String { Hexadecimal.text(address) }
}
