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
    func serialPorts(_ onUSB: [USBSerialPort], _ holders: Holders) -> [AttachedPort] {
        let known = Set(onUSB.map(\.node))
        let own = names("/sys/class/tty").filter(hasHardware).map { "/dev/\($0)" }.filter { !known.contains($0) }
        return onUSB.map { port($0, among: onUSB, holders) } + own.map { port($0, holders) }
    }

    private func port(_ port: USBSerialPort, among others: [USBSerialPort], _ holders: Holders) -> AttachedPort {
        let byID = port.links.first { $0.hasPrefix("/dev/serial/by-id/") }
        let adapter = AttachedPort.Adapter(
            place: port.place,
            serial: port.serial,
            interface: port.interface,
            manufacturer: port.manufacturer,
            product: port.product
        )
        return self.port(port.node, holders, byID: byID, name: port.name(among: others), adapter: adapter)
    }

    private func port(
        _ path: String,
        _ holders: Holders,
        byID: String? = nil,
        name: String? = nil,
        adapter: AttachedPort.Adapter? = nil
    ) -> AttachedPort {
        AttachedPort(
            path: path,
            byID: byID,
            name: name ?? byID ?? path,
            adapter: adapter,
            isUsable: mayUse(path),
            holders: holders.of(path)
        )
    }

    /// The kernel has names for more ports than there are; 0 is the type of none.
    private func hasHardware(_ name: String) -> Bool {
        guard let type = text("/sys/class/tty/\(name)/type") else { return false }
        return type != "0"
    }
}

extension USBSerialPort {
    /// What a configuration calls it; nil if its serial number, with the interface where it has several, does not tell
    /// it from others.
    fileprivate func name(among ports: [USBSerialPort]) -> String? {
        guard let serial else { return nil }
        let twins = ports.filter { $0.serial == serial }
        if twins.count == 1 { return "usb:\(serial)" }
        guard let interface, twins.filter({ $0.interface == interface }).count == 1 else { return nil }
        return "usb:\(serial):\(interface)"
    }
}
