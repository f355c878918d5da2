/// A serial port of an adapter on USB, or of a device that has USB itself.
public struct USBSerialPort: Sendable, Hashable {
    /// Its device file: `/dev/ttyUSB0`.
    public let node: String
    /// The links to it that udev makes, which stay the same: `/dev/serial/by-id/…`.
    public let links: [String]
    /// The serial number of the adapter, as it tells it; nil if it has none.
    public let serial: String?
    /// The serial number as udev writes it, without spaces and other odd characters; nil where udevd does not run.
    public let udevSerial: String?
    /// The interface of the adapter that this port is.
    public let interface: Int?
    /// The adapter by its place on USB, as the kernel writes it: `1-4.2`.
    public let place: String
    public let manufacturer: String?
    public let product: String?

    public init(
        node: String,
        links: [String] = [],
        serial: String?,
        udevSerial: String? = nil,
        interface: Int? = nil,
        place: String,
        manufacturer: String? = nil,
        product: String? = nil
    ) {
        self.node = node
        self.links = links
        self.serial = serial
        self.udevSerial = udevSerial
        self.interface = interface
        self.place = place
        self.manufacturer = manufacturer
        self.product = product
    }

    /// Those that are plugged in now, in the order of their names.
    ///
    /// - Throws: ``SerialError/cannotOpen(_:)``.
    public static func all() throws(SerialError) -> [USBSerialPort] {
        do {
            return try Udev.devices(in: "tty").compactMap(USBSerialPort.init).sorted { $0.node < $1.node }
        } catch { throw .cannotOpen("\(error)") }
    }

    /// Whether a configuration's `usb:SERIAL` means it.
    func isCalled(_ text: String) -> Bool { text == serial || text == udevSerial }
}

extension USBSerialPort {
    /// - Returns: nil for a port that is not on USB.
    private init?(_ device: UdevDevice) {
        guard let node = device.node, let adapter = device.parent(in: "usb", of: "usb_device") else { return nil }
        let interface = device.parent(in: "usb", of: "usb_interface")?.attribute("bInterfaceNumber")
        self.init(
            node: node,
            links: (device.property("DEVLINKS") ?? "").split(separator: " ").map(String.init),
            serial: adapter.attribute("serial"),
            udevSerial: device.property("ID_SERIAL_SHORT"),
            interface: interface.flatMap { Int($0, radix: 16) },
            place: adapter.name,
            manufacturer: adapter.attribute("manufacturer"),
            product: adapter.attribute("product")
        )
    }
}
