import Testing

@testable import Transports

struct PortFinderTests {
    /// The tree that the kernel shows for two adapters, one of them with two ports, and a port on the board.
    private func tree() throws -> Folder {
        let folder = try Folder()
        folder.makeFolders("class/tty")
        func add(_ name: String, _ usb: String, interface: String, serial: String?, depth: String) {
            let port = "devices/usb1/\(usb)/\(usb):1.\(interface)/\(depth)"
            folder.makeFolders(port)
            folder.write("0403\n", to: "devices/usb1/\(usb)/idVendor")
            if let serial { folder.write("\(serial)\n", to: "devices/usb1/\(usb)/serial") }
            folder.write("\(interface)\n", to: "devices/usb1/\(usb)/\(usb):1.\(interface)/bInterfaceNumber")
            folder.makeFolders("class/tty/\(name)")
            folder.link("class/tty/\(name)/device", to: "\(folder.path)/\(port)")
        }
        add("ttyUSB0", "1-1", interface: "00", serial: "A50285BI", depth: "ttyUSB0")
        add("ttyUSB1", "1-2", interface: "00", serial: "FT4ABC", depth: "ttyUSB1")
        add("ttyUSB2", "1-2", interface: "01", serial: "FT4ABC", depth: "ttyUSB2")
        add("ttyACM0", "1-3", interface: "00", serial: "000013245678", depth: "")
        add("ttyUSB3", "1-4", interface: "00", serial: nil, depth: "ttyUSB3")
        folder.makeFolders("class/tty/ttyS0")
        folder.makeFolders("class/tty/console")
        return folder
    }

    @Test(arguments: [
        ("usb:A50285BI", "/dev/ttyUSB0"), ("usb:FT4ABC:0", "/dev/ttyUSB1"), ("usb:FT4ABC:1", "/dev/ttyUSB2"),
        ("usb:000013245678", "/dev/ttyACM0"), ("/dev/serial/by-id/x", "/dev/serial/by-id/x"),
    ])
    func findsAPort(name: String, path: String) throws {
        let folder = try tree()
        #expect(try PortFinder(sysfs: folder.path).path(of: try #require(PortName(name))) == path)
    }

    @Test func saysWhichThereAre() throws {
        let folder = try tree()
        let finder = PortFinder(sysfs: folder.path)
        let missing = try #require(throws: SerialError.self) { try finder.path(of: .usb(serial: "X", interface: nil)) }
        #expect("\(missing)".contains("000013245678, A50285BI, FT4ABC"))
        let ambiguous = try #require(throws: SerialError.self) {
            try finder.path(of: .usb(serial: "FT4ABC", interface: nil))
        }
        #expect("\(ambiguous)".contains("ttyUSB2 is usb:FT4ABC:1"))
    }

    @Test(arguments: ["", "/", "ttyUSB0", "usb:", "usb:A:B", "usb:A:1:2", "usb:A:-1", "usb:A:256", "COM3"])
    func refusesWhatIsNoName(text: String) { #expect(PortName(text) == nil) }
}
