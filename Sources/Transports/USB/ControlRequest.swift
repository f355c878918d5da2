/// A request to a device's control endpoint, with the fields of chapter 9.3 of the USB 2.0 specification.
public struct ControlRequest: Sendable, Hashable, CustomStringConvertible {
    /// `bmRequestType`: the direction, to whom of the device, and of whose making.
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

    /// Its fields as recordings have them: `21 09 0303 0000`.
    public var description: String {
        [Hexadecimal.text(type), Hexadecimal.text(request), Hexadecimal.text(value), Hexadecimal.text(index)]
            .joined(separator: " ")
    }
}
