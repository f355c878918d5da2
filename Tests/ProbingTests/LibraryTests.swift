import Devices
import Probing
import Testing

/// The vendor's library of a driver that is not floating.
struct LibraryTests {
    private static func drivers(_ load: @escaping @Sendable () throws -> Void) -> DriverCatalog {
        var driver = Driver<NoOptions>(
            "hamamatsu-dcam",
            "simulated cameras",
            attached: { _ in .usb(kinds: ["0661"]) },
            open: { _, _ -> TestDevice in throw DeviceError(.failed, "is not opened in these tests") }
        )
        driver.loadLibrary = load
        return DriverCatalog([driver])
    }

    private static func findings(_ drivers: DriverCatalog, attached: Bool, limit: String = "1000") throws -> [Finding] {
        let world = try MadeUpMachine()
        if attached {
            world.plugIn("2-1", "0661:2b01", ["speed": "5000"])
            world.node("/dev/bus/usb/002/005", mode: 0o666)
        }
        world.write("\(limit)\n", "/sys/module/usbcore/parameters/usbfs_memory_mb")
        let inventory = Inventory(of: world.machine, drivers, served: InventoryTests.served, opensCameras: false)
        return Doctor(world.machine, inventory, drivers).findings
    }

    @Test func libraryThatIsMissingIsFoundIfACameraIsThere() throws {
        let reason = "Hamamatsu's DCAM-API is not installed"
        let drivers = Self.drivers { throw DeviceError(.library, reason) }
        let found = try Self.findings(drivers, attached: true)
        #expect(found.map(\.check) == [.library])
        #expect(found.first?.text == reason)
        #expect(try Self.findings(drivers, attached: false).isEmpty)
        #expect(try Self.findings(Self.drivers {}, attached: true).isEmpty)
    }

    @Test func cameraNeedsMemory() throws {
        #expect(try Self.findings(Self.drivers {}, attached: true, limit: "16").map(\.check) == [.memory])
    }
}
