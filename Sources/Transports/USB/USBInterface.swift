/// One function of a device, with its endpoints.
public struct USBInterface: Sendable, Hashable {
    public let number: UInt8
    /// The class of its function: 3 for a HID, 255 for a vendor-specific one.
    public let function: UInt8
    public let endpoints: [USBEndpoint]

    public init(_ number: UInt8, function: UInt8, endpoints: [USBEndpoint]) {
        self.number = number
        self.function = function
        self.endpoints = endpoints
    }

    /// Its first endpoint of a kind and direction.
    public func endpoint(_ kind: USBEndpoint.Kind, isIn: Bool) -> USBEndpoint? {
        endpoints.first { $0.kind == kind && $0.isIn == isIn }
    }
}

/// One end of a pipe to a device.
public struct USBEndpoint: Sendable, Hashable {
    /// The kinds of endpoint, with their numbers in `bmAttributes`.
    public enum Kind: UInt8, Sendable { case control, isochronous, bulk, interrupt }

    /// Its number, with bit 7 set if it sends to the computer.
    public let address: UInt8
    public let kind: Kind
    /// The number of bytes in one packet.
    public let packetSize: Int

    public init(_ address: UInt8, _ kind: Kind, packetSize: Int) {
        self.address = address
        self.kind = kind
        self.packetSize = packetSize
    }

    public var isIn: Bool { address & 0x80 != 0 }
}

/// A request to a device's control endpoint, with the fields of chapter 9.3 of the USB 2.0 specification.
public struct ControlRequest: Sendable, Hashable, CustomStringConvertible {
    /// `bmRequestType`: the direction, the recipient, and who defines the request.
    public let type: UInt8
    public let request: UInt8
    public let value: UInt16
    public let index: UInt16

    public init(type: UInt8, request: UInt8, value: UInt16, index: UInt16) {
        self.type = type
        self.request = request
        self.value = value
        self.index = index
    }

    /// Whether the device sends the data.
    public var isFromDevice: Bool { type & 0x80 != 0 }

    /// Its fields as recordings show them: `21 09 0303 0000`.
    public var description: String {
        [Hexadecimal.text(type), Hexadecimal.text(request), Hexadecimal.text(value), Hexadecimal.text(index)]
            .joined(separator: " ")
    }
}
