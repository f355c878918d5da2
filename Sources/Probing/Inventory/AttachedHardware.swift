public import Transports

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

/// A device on USB, as the kernel tells of it; nothing of it was opened.
public struct AttachedUSB: Sendable {
    public let info: USBDeviceInfo
    /// The speed of its link, in Mbit/s: 12, 480, 5000.
    public let speed: Double?
    /// The drivers of ours that know devices of its kind.
    public let drivers: [String]
    /// Whether it is a vendor's library that drives it, and tells which of several it is.
    public let isFloating: Bool
    /// Its interfaces by number, and the kernel's driver that has each.
    public let kernelDrivers: [Int: String]
    /// Whether the user may open it.
    public let isUsable: Bool
    /// Who has it open, as far as this user may see.
    public let holders: [Holder]
    /// Whether the kernel switches it off when it seems idle.
    public let isSuspended: Bool
    /// Whether it only joins others: a hub.
    public let isHub: Bool
}

extension Machine {
    /// All that are plugged in, in the order of their ports.
    func usbDevices(_ knowledge: DriverKnowledge, _ holders: Holders) -> [AttachedUSB] {
        names("/sys/bus/usb/devices").compactMap { name in
            USBPort(name).flatMap { usbDevice($0, knowledge, holders) }
        }
        .sorted { $0.info.port < $1.info.port }
    }

    private func usbDevice(_ port: USBPort, _ knowledge: DriverKnowledge, _ holders: Holders) -> AttachedUSB? {
        let folder = "/sys/bus/usb/devices/\(port)"
        guard
            let vendor = text("\(folder)/idVendor").flatMap({ UInt16($0, radix: 16) }),
            let product = text("\(folder)/idProduct").flatMap({ UInt16($0, radix: 16) }),
            let address = text("\(folder)/devnum").flatMap({ UInt8($0) })
        else { return nil }
        let info = USBDeviceInfo(
            USBKind(vendor, product),
            at: port,
            address: address,
            serial: text("\(folder)/serial"),
            manufacturer: text("\(folder)/manufacturer"),
            product: text("\(folder)/product")
        )
        return AttachedUSB(
            info: info,
            speed: text("\(folder)/speed").flatMap(Double.init),
            drivers: knowledge.drivers(of: info.kind),
            isFloating: knowledge.isFloating(info.kind),
            kernelDrivers: kernelDrivers(of: port),
            isUsable: mayUse(info.node),
            holders: holders.of(info.node),
            isSuspended: text("\(folder)/power/control") == "auto",
            isHub: text("\(folder)/bDeviceClass") == "09"
        )
    }

    /// The interfaces stand in folders beside the device's: `1-4:1.0` is interface 0 of configuration 1.
    private func kernelDrivers(of port: USBPort) -> [Int: String] {
        var drivers: [Int: String] = [:]
        for name in names("/sys/bus/usb/devices") where name.hasPrefix("\(port):") {
            guard let number = name.split(separator: ".").last.flatMap({ Int($0) }) else { continue }
            let driver = Files.target(ofLink: path("/sys/bus/usb/devices/\(name)/driver"))?.split(separator: "/").last
            drivers[number] = driver.map(String.init)
        }
        return drivers
    }
}
