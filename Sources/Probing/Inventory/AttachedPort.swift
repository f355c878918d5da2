internal import Transports

/// A serial port, as the kernel tells of it; it was not opened.
public struct AttachedPort: Sendable {
    /// Its device file: `/dev/ttyUSB0`.
    public let path: String
    /// Its name that stays the same, among those in `/dev/serial/by-id`.
    public let byID: String?
    /// How a configuration had best call it: `usb:SERIAL` if its adapter has a serial number.
    public let name: String
    /// Of an adapter on USB.
    public let adapter: Adapter?
    /// Whether the user may open it.
    public let isUsable: Bool
    /// Who has it open, as far as this user may see.
    public let holders: [Holder]

    /// The adapter, or the device itself if it has USB.
    public struct Adapter: Sendable {
        /// Its place on USB: `1-4.2`.
        public let place: String
        public let serial: String?
        public let interface: Int?
        public let manufacturer: String?
        public let product: String?
    }
}

extension Machine {
    /// Those on USB, and those of the computer itself that have hardware behind them.
    func serialPorts(_ holders: Holders) -> [AttachedPort] {
        let onUSB = PortFinder(sysfs: path("/sys"), devices: path("/dev")).ports
        let byID = portsByID
        let several = Dictionary(grouping: onUSB, by: \.serial).filter { $1.count > 1 }.keys
        let usb = onUSB.map { port in
            let hasTwins = several.contains(port.serial)
            // Adapters of which two have the same number are told apart by their interfaces only if these differ.
            let twins = onUSB.filter { $0.serial == port.serial && $0.interface == port.interface }
            let isNamed = !port.serial.isEmpty && twins.count == 1
            let name = "usb:\(port.serial)" + (hasTwins ? port.interface.map { ":\($0)" } ?? "" : "")
            return self.port(port.name, byID, isNamed ? name : nil, adapter(of: port), holders)
        }
        let known = Set(onUSB.map(\.name))
        let own = names("/sys/class/tty").filter { !known.contains($0) && hasHardware($0) }
        return usb + own.map { port($0, byID, nil, nil, holders) }
    }

    private func port(
        _ file: String,
        _ byID: [String: String],
        _ name: String?,
        _ adapter: AttachedPort.Adapter?,
        _ holders: Holders
    ) -> AttachedPort {
        let path = "/dev/\(file)"
        return AttachedPort(
            path: path,
            byID: byID[path],
            name: name ?? byID[path] ?? path,
            adapter: adapter,
            isUsable: mayUse(path),
            holders: holders.of(path)
        )
    }

    private func adapter(of port: PortFinder.Port) -> AttachedPort.Adapter {
        let folder = "/sys/bus/usb/devices/\(port.place)"
        return AttachedPort.Adapter(
            place: port.place,
            serial: port.serial.isEmpty ? nil : port.serial,
            interface: port.interface,
            manufacturer: text("\(folder)/manufacturer"),
            product: text("\(folder)/product")
        )
    }

    private var portsByID: [String: String] {
        names("/dev/serial/by-id").reduce(into: [:]) { paths, name in
            let path = "/dev/serial/by-id/\(name)"
            // The link is read, not followed: the file itself may lead elsewhere.
            guard let target = Files.target(ofLink: self.path(path)), let file = target.split(separator: "/").last
            else { return }
            paths["/dev/\(file)"] = path
        }
    }

    /// The kernel has names for more ports than there are; 0 is the type of none.
    private func hasHardware(_ name: String) -> Bool {
        guard let type = text("/sys/class/tty/\(name)/type") else { return false }
        return type != "0"
    }
}
