internal import Platform
public import Transports

/// A serial port as the kernel describes it; it was not opened.
public struct AttachedPort: Sendable {
    /// Its device file: `/dev/ttyUSB0`.
    public let path: String
    /// Its stable name in `/dev/serial/by-id`.
    public let byID: String?
    /// The name to use in a configuration: `usb:SERIAL` if its adapter has a serial number.
    public let name: String
    /// The USB adapter, if it is one.
    public let adapter: Adapter?
    /// Whether the user has permission to open it.
    public let isUsable: Bool
    /// The processes that have it open, as far as this user can see.
    public let holders: [Holder]

    /// The USB adapter, or the USB device itself.
    public struct Adapter: Sendable {
        /// Its USB port: `1-4.2`.
        public let place: String
        public let serial: String?
        public let interface: Int?
        public let manufacturer: String?
        public let product: String?
    }
}

extension Machine {
    /// The ports on USB, and the computer's own ports that have hardware.
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

    /// Whether a port exists: the kernel names more ports than there are, with type 0.
    private func hasHardware(_ name: String) -> Bool {
        guard let type = text("/sys/class/tty/\(name)/type") else { return false }
        return type != "0"
    }
}

extension USBSerialPort {
    /// Its name in a configuration; nil if its serial number (with the interface, where it has several) is ambiguous.
    fileprivate func name(among ports: [USBSerialPort]) -> String? {
        guard let serial else { return nil }
        let twins = ports.filter { $0.serial == serial }
        if twins.count == 1 { return "usb:\(serial)" }
        guard let interface, twins.filter({ $0.interface == interface }).count == 1 else { return nil }
        return "usb:\(serial):\(interface)"
    }
}

/// A USB device as the kernel describes it; it was not opened.
public struct AttachedUSB: Sendable {
    public let info: USBDeviceInfo
    /// The speed of its link, in Mbit/s: 12, 480, 5000.
    public let speed: Double?
    /// Our drivers for devices of its kind.
    public let drivers: [String]
    /// Whether a vendor's library drives it, and its identity is known only after opening.
    public let isFloating: Bool
    /// The kernel driver of each of its interfaces, by number.
    public let kernelDrivers: [Int: String]
    /// Whether the user has permission to open it.
    public let isUsable: Bool
    /// The processes that have it open, as far as this user can see.
    public let holders: [Holder]
    /// Whether the kernel suspends it when idle.
    public let isSuspended: Bool
    /// Whether it is a hub.
    public let isHub: Bool
}

extension Machine {
    /// All USB devices, in the order of their ports.
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

    /// The drivers of the interfaces of one device: the folder `1-4:1.0` is interface 0 of configuration 1.
    private func kernelDrivers(of port: USBPort) -> [Int: String] {
        var drivers: [Int: String] = [:]
        for name in names("/sys/bus/usb/devices") where name.hasPrefix("\(port):") {
            guard let number = name.split(separator: ".").last.flatMap({ Int($0) }) else { continue }
            let driver = FileSystem.target(ofLink: path("/sys/bus/usb/devices/\(name)/driver"))?.split(separator: "/")
                .last
            drivers[number] = driver.map(String.init)
        }
        return drivers
    }
}
