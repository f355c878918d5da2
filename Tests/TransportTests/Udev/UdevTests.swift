import Testing
import VirtualUSB

@testable import Transports

/// Tests that need the real libudev.
@Suite(.serialized, .enabled(if: Testbed.isPreloaded, "umockdev's library has not been loaded: .ci/usb runs these"))
struct UdevTests {
    private let testbed: Testbed

    init() throws {
        testbed = try Testbed()
        testbed.use()
    }

    @Test func portsOnUSBAreListedWithWhatTheirAdaptersAre() throws {
        defer { testbed.remove() }
        #expect(try USBSerialPort.all().isEmpty)
        let single = testbed.plugInAdapter(["ttyUSB0"], at: try #require(USBPort("1-4.2")), serial: "A502 85BI")
        _ = testbed.plugInAdapter(["ttyUSB1", "ttyUSB2"], at: try #require(USBPort("1-5")), serial: "FT4ABC")
        _ = testbed.plugInAdapter(["ttyACM0"], at: try #require(USBPort("1-6")), serial: nil)
        let ports = try USBSerialPort.all()
        #expect(ports.map(\.node) == ["/dev/ttyACM0", "/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyUSB2"])
        #expect(ports.map(\.serial) == [nil, "A502 85BI", "FT4ABC", "FT4ABC"])
        #expect(ports.map(\.udevSerial) == [nil, "A502_85BI", "FT4ABC", "FT4ABC"])
        #expect(ports.map(\.interface) == [0, 0, 0, 1])
        #expect(ports.map(\.place) == ["1-6", "1-4.2", "1-5", "1-5"])
        #expect(ports.allSatisfy { $0.manufacturer == "FTDI" && $0.product == "FT232R USB UART" })
        #expect(ports[3].links.last == "/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_FT4ABC-if01-port0")
        #expect(ports[0].links.isEmpty)
        single.unplug()
        #expect(try USBSerialPort.all().map(\.place) == ["1-6", "1-5", "1-5"])
    }

    /// A port that comes back gets the next free number; its serial number finds it anyway.
    @Test func aLineIsFoundAgainUnderAnotherName() throws {
        defer { testbed.remove() }
        let place = try #require(USBPort("1-3"))
        let adapter = testbed.plugInAdapter(["ttyUSB0"], at: place, serial: "A50285BI")
        let before = try SimulatedPort(Parrot(), link: VirtualSerialAdapter.link(to: "ttyUSB0", in: testbed))
        let open = SerialLine.port(.usb(serial: "A50285BI", interface: nil), PortSettings(baudRate: 115_200))
        let line = try SerialLine("Parrot", parrotFormat, open: open) { _, _ in "" }
        defer { line.close() }
        #expect(try line.perform { try $0.exchange("hello") } == "HELLO")
        let session = line.session
        before.unplug()
        adapter.unplug()
        #expect(throws: (any Error).self) { try line.perform { try $0.exchange("hello") } }
        let after = try SimulatedPort(Parrot(), link: VirtualSerialAdapter.link(to: "ttyUSB7", in: testbed))
        _ = testbed.plugInAdapter(["ttyUSB7"], at: place, serial: "A50285BI")
        #expect(try line.perform { try $0.exchange("again") } == "AGAIN")
        #expect(after.transcript.contains("again") && line.session == session + 1)
    }
}
