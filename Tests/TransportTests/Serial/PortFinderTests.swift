import Testing

@testable import Transports

struct PortFinderTests {
    /// Two adapters, one of them with two ports, a device that has USB itself, and an adapter without a number.
    private static let finder = PortFinder {
        [
            USBSerialPort(node: "/dev/ttyUSB0", serial: "A50285BI", interface: 0, place: "1-1"),
            USBSerialPort(node: "/dev/ttyUSB1", serial: "FT4ABC", interface: 0, place: "1-2"),
            USBSerialPort(node: "/dev/ttyUSB2", serial: "FT4ABC", interface: 1, place: "1-2"),
            USBSerialPort(node: "/dev/ttyACM0", serial: "0000 1324", udevSerial: "0000_1324", place: "1-3"),
            USBSerialPort(node: "/dev/ttyUSB3", serial: nil, interface: 0, place: "1-4"),
        ]
    }

    @Test(arguments: [
        ("usb:A50285BI", "/dev/ttyUSB0"), ("usb:FT4ABC:0", "/dev/ttyUSB1"), ("usb:FT4ABC:1", "/dev/ttyUSB2"),
        ("usb:0000 1324", "/dev/ttyACM0"), ("usb:0000_1324", "/dev/ttyACM0"),
        ("/dev/serial/by-id/x", "/dev/serial/by-id/x"),
    ])
    func findsAPort(name: String, path: String) throws {
        #expect(try Self.finder.path(of: try #require(PortName(name))) == path)
    }

    @Test func saysWhichThereAre() throws {
        let missing = try #require(throws: SerialError.self) {
            try Self.finder.path(of: .usb(serial: "X", interface: nil))
        }
        #expect("\(missing)".contains("0000 1324, A50285BI, FT4ABC"))
        let ambiguous = try #require(throws: SerialError.self) {
            try Self.finder.path(of: .usb(serial: "FT4ABC", interface: nil))
        }
        #expect("\(ambiguous)".contains("/dev/ttyUSB2 is usb:FT4ABC:1"))
    }

    @Test func whatUdevCannotTellIsSaid() {
        let finder = PortFinder { () throws(SerialError) in throw .cannotOpen("udev cannot list devices: no /sys") }
        let error = #expect(throws: SerialError.self) { try finder.path(of: .usb(serial: "X", interface: nil)) }
        #expect("\(error, default: "")".contains("udev cannot list devices: no /sys"))
        // A path needs no list.
        #expect(throws: Never.self) { try finder.path(of: .path("/dev/ttyUSB0")) }
    }

    @Test(arguments: ["", "/", "ttyUSB0", "usb:", "usb:A:B", "usb:A:1:2", "usb:A:-1", "usb:A:256", "COM3"])
    func refusesWhatIsNoName(text: String) { #expect(PortName(text) == nil) }
}
