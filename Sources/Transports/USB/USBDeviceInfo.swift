/// A device that is plugged in, as far as can be told without opening it.
public struct USBDeviceInfo: Sendable, Hashable {
    public let kind: USBKind
    public let port: USBPort
    /// The number that the kernel has given it this time, another one each time it is plugged in.
    public let address: UInt8
    /// The serial number among its descriptors, which many devices lack.
    public let serial: String?
    public let manufacturer: String?
    public let product: String?

    public init(
        _ kind: USBKind,
        at port: USBPort,
        address: UInt8,
        serial: String? = nil,
        manufacturer: String? = nil,
        product: String? = nil
    ) {
        self.kind = kind
        self.port = port
        self.address = address
        self.serial = serial
        self.manufacturer = manufacturer
        self.product = product
    }

    /// The file by which programs reach it.
    public var node: String { "/dev/bus/usb/\(Self.padded(port.bus))/\(Self.padded(address))" }

    /// Whether it is the same piece of hardware, and has not been unplugged in between.
    public func isSamePlugging(as other: USBDeviceInfo) -> Bool {
        port == other.port && address == other.address && kind == other.kind
    }

    private static func padded(_ number: UInt8) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}

extension USBDeviceInfo: CustomStringConvertible {
    /// Where it is and what: `USB device 1-4.2 (03c3:1f01, ZWO EFW)`.
    public var description: String {
        let words = ["\(kind)"] + [product, serial.map { "serial \($0)" }].compactMap(\.self)
        return "USB device \(port) (\(words.joined(separator: ", ")))"
    }
}
