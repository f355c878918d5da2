/// A simulated device: its answers to transfers, one model for every way to reach it.
///
/// Several threads may call its methods at the same time.
public protocol SimulatedUSBDevice: AnyObject, Sendable {
    var description: USBDescription { get }

    /// Starts the device as after its power was switched on; called when it is plugged in.
    func powerUp()
    /// Answers a request to the control endpoint that ``USBDescription/answer(_:)`` does not answer; nil refuses it.
    ///
    /// - Parameter bytes: the data of a request that sends to the device.
    func control(_ request: ControlRequest, _ bytes: [UInt8]) -> [UInt8]?
    /// Takes the bytes sent to an endpoint; false refuses them.
    func receive(_ bytes: [UInt8], at endpoint: UInt8) -> Bool
    /// The bytes that an endpoint has to send now.
    func send(from endpoint: UInt8) -> SimulatedAnswer
    /// Clears a stall, so that the endpoint continues.
    func clearHalt(_ endpoint: UInt8)
}

extension SimulatedUSBDevice {
    /// Answers any request to the control endpoint; nil refuses it.
    ///
    /// - Parameter bytes: the data of the request.
    public func answer(_ request: ControlRequest, _ bytes: [UInt8]) -> [UInt8]? {
        description.answer(request) ?? control(request, request.isFromDevice ? [] : bytes)
    }
}

/// The answer of a simulated endpoint.
public enum SimulatedAnswer: Sendable, Equatable {
    case bytes([UInt8])
    /// Nothing yet.
    case nothing
    case stalled
}

/// A device's description of itself, and the bytes of its descriptors.
public struct USBDescription: Sendable {
    public let kind: USBKind
    public let manufacturer: String
    public let product: String
    public let serial: String?
    public let interface: USBInterface
    /// The report descriptor of a HID.
    public let reports: [UInt8]?

    public init(
        _ kind: USBKind,
        manufacturer: String,
        product: String,
        serial: String? = nil,
        interface: USBInterface,
        reports: [UInt8]? = nil
    ) {
        self.kind = kind
        self.manufacturer = manufacturer
        self.product = product
        self.serial = serial
        self.interface = interface
        self.reports = reports
    }

    /// Its entry in the list of devices when it is plugged in at a port.
    public func info(at port: USBPort, address: UInt8) -> USBDeviceInfo {
        USBDeviceInfo(kind, at: port, address: address, serial: serial, manufacturer: manufacturer, product: product)
    }

    /// The answer to a request that every device must answer; nil for any other request.
    public func answer(_ request: ControlRequest) -> [UInt8]? {
        switch (request.type, request.request, request.value >> 8, UInt8(truncatingIfNeeded: request.value)) {
        case (0x80, 6, 1, _): device
        case (0x80, 6, 2, _): configuration
        case (0x80, 6, 3, let index): string(index)
        case (0x81, 6, 0x22, _): reports
        // Its state, and requests that do nothing in a simulation: set the configuration, clear a feature.
        case (0x80...0x82, 0, _, _): [0, 0]
        case (0x00...0x02, _, _, _): []
        default: nil
        }
    }

    /// The device descriptor: USB 2.0, table 9-8.
    public var device: [UInt8] {
        let isVendors: UInt8 = interface.function == 0xff ? 0xff : 0
        return [18, 1, 0x10, 1, isVendors, isVendors, isVendors, 64] + Self.bytes(kind.vendor)
            + Self.bytes(kind.product) + [0, 1, 1, 2, serial == nil ? 0 : 3, 1]
    }

    /// The configuration descriptor and all below it: USB 2.0, tables 9-10, 9-12 and 9-13; HID 1.11, 6.2.1.
    public var configuration: [UInt8] {
        var body: [UInt8] = [9, 4, interface.number, 0, UInt8(clamping: interface.endpoints.count), interface.function]
        body += interface.function == 0xff ? [0xff, 0xff, 0] : [0, 0, 0]
        if let reports { body += [9, 0x21, 0x11, 1, 0, 1, 0x22] + Self.bytes(UInt16(clamping: reports.count)) }
        for endpoint in interface.endpoints {
            body +=
                [7, 5, endpoint.address, endpoint.kind.rawValue] + Self.bytes(UInt16(clamping: endpoint.packetSize))
            body.append(endpoint.kind == .interrupt ? 10 : 0)
        }
        return [9, 2] + Self.bytes(UInt16(clamping: body.count + 9)) + [1, 1, 0, 0x80, 50] + body
    }

    private func string(_ index: UInt8) -> [UInt8]? {
        guard index > 0 else { return [4, 3, 9, 4] }
        let strings = [manufacturer, product, serial]
        guard index <= strings.count, let text = strings[Int(index) - 1] else { return nil }
        let units = text.utf16.prefix(126).flatMap(Self.bytes)
        return [UInt8(units.count + 2), 3] + units
    }

    /// Least significant byte first, as all numbers in USB.
    private static func bytes(_ number: UInt16) -> [UInt8] { [UInt8(number & 0xff), UInt8(number >> 8)] }
}
