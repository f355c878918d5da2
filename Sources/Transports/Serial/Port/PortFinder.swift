/// Finds the device file of a port, anew each time, since it is another one after each plugging in.
public struct PortFinder: Sendable {
    private let sysfs: String
    private let devices: String

    /// - Parameters:
    ///   - sysfs: where the kernel tells of devices.
    ///   - devices: where the device files are.
    public init(sysfs: String = "/sys", devices: String = "/dev") {
        self.sysfs = sysfs
        self.devices = devices
    }

    public func path(of name: PortName) throws(SerialError) -> String {
        switch name {
        case .path(let path): return path
        case .usb(let serial, let interface):
            let found = ports.filter { $0.serial == serial && (interface == nil || $0.interface == interface) }
            if let port = found.first, found.count == 1 { return "\(devices)/\(port.name)" }
            guard found.isEmpty else {
                let choices = found.map { "\($0.name) is usb:\(serial):\($0.interface.map(String.init) ?? "?")" }
                throw .cannotOpen(
                    "\(found.count) ports have the USB serial number \(serial): \(choices.joined(separator: ", "))"
                )
            }
            let others = Set(ports.map(\.serial)).subtracting([""]).sorted()
            let known = others.isEmpty ? "no USB port has one" : "those there are: \(others.joined(separator: ", "))"
            throw .cannotOpen("there is no port with the USB serial number \(serial); \(known)")
        }
    }

    /// A port of an adapter on USB, or of a device that has USB itself.
    public struct Port: Sendable, Hashable {
        /// Its file's name: `ttyUSB0`.
        public let name: String
        /// The serial number of the adapter, empty if it has none.
        public let serial: String
        public let interface: Int?
        /// The adapter by its place on USB, as the kernel writes it: `1-4.2`.
        public let place: String
    }

    /// The ports on USB that are there now.
    public var ports: [Port] {
        let terminals = "\(sysfs)/class/tty"
        return Files.names(in: terminals).compactMap { name in
            guard let folder = Files.realPath("\(terminals)/\(name)/device") else { return nil }
            return usbPort(name, from: folder)
        }
    }

    /// A port of an adapter on USB: the files are in folders above the port's own, the interface's nearer than the
    /// adapter's.
    private func usbPort(_ name: String, from folder: String) -> Port? {
        let root = Files.realPath(sysfs) ?? sysfs
        var folder = Substring(folder)
        var interface: Int?
        while folder.count > root.count, let slash = folder.lastIndex(of: "/") {
            if interface == nil, let number = Files.text(of: "\(folder)/bInterfaceNumber") {
                interface = Int(number, radix: 16)
            }
            if Files.text(of: "\(folder)/idVendor") != nil {
                let place = folder[folder.index(after: slash)...]
                return Port(
                    name: name,
                    serial: Files.text(of: "\(folder)/serial") ?? "",
                    interface: interface,
                    place: String(place)
                )
            }
            folder = folder[..<slash]
        }
        return nil
    }
}
