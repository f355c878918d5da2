import Devices
import FilterWheels
import Probing
import Testing
import Transports
import VirtualUSB

/// As programs see it that know nothing of the testbed.
@Suite(.enabled(if: Testbed.isPreloaded, "umockdev's library has not been loaded: .ci/usb runs these"))
struct LibUSBTests {
    @Test func wheelsAreFoundInPlaceOfTheComputersOwn() throws {
        let testbed = try Testbed()
        defer { testbed.remove() }
        testbed.use()
        let port = try #require(USBPort("1-3"))
        let wheel = try testbed.plugIn(SimulatedWheel.zwo(.init(positions: 5)), at: port)
        let drivers = DriverCatalog(FilterWheels.drivers)
        let found = Inventory(of: .this, drivers).usb
        #expect(found.map(\.info) == [wheel.info])
        wheel.setAccess(false)
        var machine = Machine.this
        machine.user = User("user", id: 1000, groups: [])
        let findings = Doctor(machine, Inventory(of: machine, drivers), drivers).findings
        #expect(findings.contains { $0.check == .permissions && $0.subject == "\(wheel.info)" })
        let bus = try LibUSBBus()
        wheel.setAccess(true)
        let connection = try bus.open(wheel.info, interface: 0)
        defer { connection.close() }
        #expect(Inventory(of: .this, drivers).knownUSB.first?.holders.isEmpty == false)
    }
}
