import Glibc
public import Transports

/// A serial adapter that is plugged in at a testbed: its files in sysfs and its properties in udev.
///
/// Each of its ports is a link. The simulator of the instrument makes it lead to a terminal.
public final class VirtualSerialAdapter: Sendable {
    private let testbed: Testbed
    private let place: USBPort
    private let serial: String?
    /// The kernel's names of its ports, one for each interface: `ttyUSB0`.
    private let names: [String]

    init(_ names: [String], at place: USBPort, serial: String?, in testbed: Testbed) {
        (self.names, self.place, self.serial, self.testbed) = (names, place, serial, testbed)
        add(adapter, to: "usb", "usb_device", ["ID_BUS": "usb"])
        let attributes = [
            "busnum": "\(place.bus)", "devnum": "2", "idVendor": "0403", "idProduct": "6001", "manufacturer": "FTDI",
            "product": "FT232R USB UART", "serial": serial,
        ]
        for (name, text) in attributes {
            if let text { testbed.write("\(text)\n".utf8, to: "sys\(adapter)/\(name)") }
        }
        for (number, name) in names.enumerated() { addPort(name, number) }
    }

    /// The path of the link to a port's terminal, for programs that open `/dev/ttyUSB0`.
    public static func link(to name: String, in testbed: Testbed) -> String { "\(testbed.folder)/dev/\(name)" }

    /// Unplugs it.
    ///
    /// The links to terminals stay.
    public func unplug() {
        for name in names { testbed.removeAll("sys/class/tty/\(name)") }
        testbed.removeAll("sys\(adapter)")
    }

    private var adapter: String { "/devices/pci0000:00/0000:00:14.0/usb\(place.bus)/\(place)" }

    private func addPort(_ name: String, _ number: Int) {
        let interface = "\(adapter)/\(place):1.\(number)"
        add(interface, to: "usb", "usb_interface", [:])
        testbed.write("0\(number)\n".utf8, to: "sys\(interface)/bInterfaceNumber")
        let path = "\(interface)/\(name)/tty/\(name)"
        var properties = ["DEVNAME": "/dev/\(name)", "MAJOR": "188", "MINOR": String(name.suffix(1)), "ID_BUS": "usb"]
        if let serial {
            // As udev's rules write it.
            let short = serial.split(separator: " ").joined(separator: "_")
            properties["ID_SERIAL_SHORT"] = short
            let id = "usb-FTDI_FT232R_USB_UART_\(short)-if0\(number)-port0"
            properties["DEVLINKS"] = "/dev/serial/by-path/pci-usb-0:\(place) /dev/serial/by-id/\(id)"
        }
        add(path, to: "tty", nil, properties)
        testbed.link("sys/class/tty/\(name)", to: "../..\(path)")
    }

    private func add(_ path: String, to subsystem: String, _ type: String?, _ properties: [String: String]) {
        let folder = subsystem == "usb" ? "bus/usb" : "class/\(subsystem)"
        testbed.makeFolder("sys/\(folder)")
        let depth = path.split(separator: "/").count
        testbed.link("sys\(path)/subsystem", to: String(repeating: "../", count: depth) + folder)
        let lines = (properties.map { "\($0)=\($1)" } + (type.map { ["DEVTYPE=\($0)"] } ?? [])).sorted()
        testbed.write("\(lines.joined(separator: "\n"))\n".utf8, to: "sys\(path)/uevent")
    }
}

extension Testbed {
    /// Plugs an adapter in at a free port.
    ///
    /// - Parameter names: the kernel's names of its serial ports, one for each of its interfaces: `ttyUSB0`.
    public func plugInAdapter(_ names: [String], at place: USBPort, serial: String?) -> VirtualSerialAdapter {
        VirtualSerialAdapter(names, at: place, serial: serial, in: self)
    }
}
