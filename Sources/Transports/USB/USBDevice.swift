/// A plugged-in device, as far as it is known without opening it.
public struct USBDeviceInfo: Sendable, Hashable {
    public let kind: USBKind
    public let port: USBPort
    /// The number that the kernel has given it; it changes each time the device is plugged in.
    public let address: UInt8
    /// The serial number in its descriptors, which many devices lack.
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

    /// The file through which programs reach it.
    public var node: String { "/dev/bus/usb/\(Self.padded(port.bus))/\(Self.padded(address))" }

    /// Whether it is the same device, not unplugged in between.
    public func isSamePlugging(as other: USBDeviceInfo) -> Bool {
        port == other.port && address == other.address && kind == other.kind
    }

    private static func padded(_ number: UInt8) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}

extension USBDeviceInfo: CustomStringConvertible {
    /// Its place and its names: `USB device 1-4.2 (03c3:1f01, ZWO EFW)`.
    public var description: String {
        let words = ["\(kind)"] + [product, serial.map { "serial \($0)" }].compactMap(\.self)
        return "USB device \(port) (\(words.joined(separator: ", ")))"
    }
}

/// The vendor and product numbers of a device: `03c3:1f01`.
public struct USBKind: Sendable, Hashable, CustomStringConvertible {
    public let vendor: UInt16
    public let product: UInt16

    public init(_ vendor: UInt16, _ product: UInt16) {
        self.vendor = vendor
        self.product = product
    }

    public var description: String { "\(Hexadecimal.text(vendor)):\(Hexadecimal.text(product))" }
}

/// A place where a device can be plugged in: the bus and the ports on the way there.
///
/// It is written as in `/sys/bus/usb/devices`, `1-4.2`, and stays the same when the computer is restarted or another
/// device is plugged in elsewhere.
public struct USBPort: Sendable, Hashable, CustomStringConvertible {
    public let bus: UInt8
    /// The number of the port at each hub, the root hub's first; empty for a root hub itself.
    public let ports: [UInt8]

    public init(bus: UInt8, ports: [UInt8]) {
        self.bus = bus
        self.ports = ports
    }

    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let bus = UInt8(parts[0]) else { return nil }
        let words = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        let ports = words.compactMap { UInt8($0) }
        // USB allows no more than seven hubs in a row.
        guard ports.count == words.count, ports.count <= 7, ports.allSatisfy({ $0 > 0 }) else { return nil }
        self.init(bus: bus, ports: ports)
    }

    public var description: String {
        ports.isEmpty ? "usb\(bus)" : "\(bus)-" + ports.map { "\($0)" }.joined(separator: ".")
    }
}

extension USBPort: Comparable {
    /// In the order of port numbers: 1-9 comes before 1-10, and a hub before the devices plugged into it.
    public static func < (one: USBPort, other: USBPort) -> Bool {
        one.bus == other.bus ? one.ports.lexicographicallyPrecedes(other.ports) : one.bus < other.bus
    }
}
