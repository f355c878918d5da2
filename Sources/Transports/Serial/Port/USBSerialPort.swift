/// A serial port of a USB adapter, or of a device with USB itself.
public struct USBSerialPort: Sendable, Hashable {
    /// Its device file: `/dev/ttyUSB0`.
    public let node: String
    /// The links that udev makes to it, which stay the same: `/dev/serial/by-id/…`.
    public let links: [String]
    /// The serial number that the adapter reports; nil if it has none.
    public let serial: String?
    /// The serial number as udev writes it, without spaces and special characters; nil where udevd is not running.
    public let udevSerial: String?
    /// The number of this port's interface on the adapter.
    public let interface: Int?
    /// The adapter's place on USB, as the kernel writes it: `1-4.2`.
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

    /// The ports that are plugged in now, in the order of their names.
    ///
    /// - Throws: ``SerialError/cannotOpen(_:)``.
    public static func all() throws(SerialError) -> [USBSerialPort] {
        do {
            return try Udev.devices(in: "tty").compactMap(USBSerialPort.init).sorted { $0.node < $1.node }
        } catch { throw .cannotOpen("\(error)") }
    }

    /// Whether `usb:SERIAL` in a configuration refers to it.
    func isCalled(_ text: String) -> Bool { text == serial || text == udevSerial }
}

extension USBSerialPort {
    /// Returns nil for a port that is not on USB.
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
