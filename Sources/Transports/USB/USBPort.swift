/// A place where a device can be plugged in, by its bus and the ports on the way there.
///
/// It is written as the kernel names it in `/sys/bus/usb/devices`, `1-4.2`, and stays the same when the computer is
/// started again or another device is plugged in elsewhere.
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
        // More than seven hubs in a row USB does not allow.
        guard ports.count == words.count, ports.count <= 7, ports.allSatisfy({ $0 > 0 }) else { return nil }
        self.init(bus: bus, ports: ports)
    }

    public var description: String {
        ports.isEmpty ? "usb\(bus)" : "\(bus)-" + ports.map { "\($0)" }.joined(separator: ".")
    }
}

extension USBPort: Comparable {
    /// As the ports are numbered: 1-9 comes before 1-10, and a hub before what is plugged into it.
    public static func < (one: USBPort, other: USBPort) -> Bool {
        one.bus == other.bus ? one.ports.lexicographicallyPrecedes(other.ports) : one.bus < other.bus
    }
}
