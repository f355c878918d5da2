public import Transports

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
