import Testing
import Transports

struct USBPortTests {
    @Test(arguments: ["1-1", "1-4.2", "12-7.6.5.4.3.2.1"]) func isWrittenAsTheKernelDoes(text: String) throws {
        #expect("\(try #require(USBPort(text)))" == text)
    }

    @Test(arguments: [
        "", "1", "-", "1-", "-1", "1-0", "1-1.", "1-1..2", "1-256", "256-1", "a-b", "1-1-1", "1-1.1.1.1.1.1.1.1",
    ])
    func whatIsNoneIsRefused(text: String) { #expect(USBPort(text) == nil) }

    @Test func comesInTheOrderThatPortsAreNumberedIn() {
        let ports = ["2-1", "1-10", "1-9", "1-4.10", "1-4.2", "1-4"].compactMap(USBPort.init)
        #expect(ports.sorted().map { "\($0)" } == ["1-4", "1-4.2", "1-4.10", "1-9", "1-10", "2-1"])
    }

    @Test func namesANodeOfTheKernels() throws {
        let port = try #require(USBPort("1-4.2"))
        let info = USBDeviceInfo(USBKind(0x03c3, 0x1f01), at: port, address: 7, serial: "9", product: "EFW")
        #expect(info.node == "/dev/bus/usb/001/007")
        #expect("\(info)" == "USB device 1-4.2 (03c3:1f01, EFW, serial 9)")
    }
}
