import Devices
import FilterWheels
import Probing
import Testing
import Transports
import VirtualUSB

/// On the files that umockdev's programs find in place of the computer's.
struct TestbedTests {
    @Test func wheelsOfATestbedAreFound() throws {
        let testbed = try Testbed()
        defer { testbed.remove() }
        let port = try #require(USBPort("1-3"))
        let wheel = try testbed.plugIn(SimulatedWheel.zwo(.init(positions: 5)), at: port)
        let machine = Machine(root: testbed.folder)
        let found = try #require(Inventory(of: machine, TestDrivers.all).knownUSB.first)
        #expect(found.info == wheel.info)
        #expect(found.drivers == ["zwo-efw"])
        #expect(found.isUsable)
        wheel.unplug()
        #expect(Inventory(of: machine, TestDrivers.all).usb.isEmpty)
    }
}
