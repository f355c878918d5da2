import Devices
import FilterWheels
import Lasers
import Probing
import Testing
import Transports

struct PresenceTests {
    private static func lab() throws -> MadeUpMachine {
        let world = try MadeUpMachine()
        world.plugIn("1-4", "03c3:1f01", ["product": "ZWO EFW"])
        world.node("/dev/bus/usb/001/005", mode: 0o666)
        world.plugIn("1-2", "0403:6001", address: 7, ["serial": "A5\"XK"])
        world.addPort("ttyUSB0", at: "1-2", byID: "usb-FTDI-if00")
        world.node("/dev/ttyUSB0", mode: 0o666)
        return world
    }

    private static func wheel(_ configuration: WheelConfiguration = WheelConfiguration()) throws -> WantedDevice {
        let driver = try #require(TestDrivers.all["zwo-efw"] as? Driver<WheelConfiguration>)
        return WantedDevice(
            "Emission",
            driver.configured(configuration),
            uid: nil,
            isSimulated: false,
            file: "/etc/device-server/scope.yaml"
        )
    }

    private static func laser(_ port: String) throws -> WantedDevice {
        let driver = Driver.cobolt
        let options = LightOptions(port: try #require(PortName(port)))
        return WantedDevice("Red", driver.configured(options), uid: nil, isSimulated: false, file: "scope.yaml")
    }

    @Test func aWheelThatIsThereIsPresent() throws {
        let world = try Self.lab()
        let report = Inventory(of: world.machine, TestDrivers.all).report(try Self.wheel())
        #expect(report.presence == .present)
        #expect(report.detail == "USB port 1-4")
    }

    @Test func aWheelAtAnotherPortIsAbsentAndTheOneThereIsNamed() throws {
        let world = try Self.lab()
        let report = Inventory(of: world.machine, TestDrivers.all)
            .report(try Self.wheel(WheelConfiguration(port: USBPort("1-9"))))
        #expect(report.presence == .absent)
        #expect(report.detail == "one is at 1-4")
    }

    @Test func ofTwoWheelsOneMustBeChosen() throws {
        let world = try Self.lab()
        world.plugIn("1-5", "03c3:1f01", address: 9)
        let report = Inventory(of: world.machine, TestDrivers.all).report(try Self.wheel())
        #expect(report.presence == .unclear)
        #expect(report.presence.isTrouble)
    }

    @Test func aWheelsOwnSerialNumberCannotBeSeenFromOutside() throws {
        let world = try Self.lab()
        let report = Inventory(of: world.machine, TestDrivers.all)
            .report(try Self.wheel(WheelConfiguration(serial: "1f21")))
        #expect(report.presence == .unclear)
    }

    @Test func whatAServerHasIsServedAndWhatOthersHaveIsHeld() throws {
        let world = try Self.lab()
        world.addProcess(4211, "device-server", has: ["/dev/bus/usb/001/005"])
        let served = Inventory(of: world.machine, TestDrivers.all, served: InventoryTests.served)
        #expect(served.report(try Self.wheel()).presence == .served)
        let other = Inventory(of: world.machine, TestDrivers.all)
        #expect(other.report(try Self.wheel()).presence == .held)
    }

    @Test(arguments: [
        ("/dev/ttyUSB0", Presence.present), ("/dev/serial/by-id/usb-FTDI-if00", .present), ("usb:A5\"XK", .present),
        ("usb:A5\"XK:0", .present), ("usb:A5\"XK:1", .absent), ("usb:OTHER", .absent), ("/dev/ttyUSB7", .absent),
    ])
    func aPortIsFoundByEachOfItsNames(name: String, presence: Presence) throws {
        let world = try Self.lab()
        #expect(Inventory(of: world.machine, TestDrivers.all).report(try Self.laser(name)).presence == presence)
    }

    @Test func aPortOfOthersIsUnusable() throws {
        let world = try Self.lab()
        world.node("/dev/ttyUSB0", mode: 0o600)
        let report = Inventory(of: world.machine, TestDrivers.all).report(try Self.laser("/dev/ttyUSB0"))
        #expect(report.presence == .unusable)
    }

    @Test(arguments: [("VSC-1", Presence.present), ("VSC-9", .unclear)])
    func aCameraIsFoundBySerialNumber(uid: String, presence: Presence) throws {
        let world = try Self.lab()
        let driver = try #require(TestDrivers.all["andor-sdk3"] as? FloatingDriver<NoOptions>)
        let wanted = WantedDevice(
            "Camera",
            driver.configured(NoOptions(), uid: uid),
            uid: uid,
            isSimulated: false,
            file: "scope.yaml"
        )
        #expect(Inventory(of: world.machine, TestDrivers.all).report(wanted).presence == presence)
    }

    @Test func definitionsToPasteNameWhatIsThere() throws {
        let world = try Self.lab()
        let text = Inventory(of: world.machine, TestDrivers.all).yaml()
        #expect(
            text == """
                devices:
                  # USB device 1-4 (03c3:1f01, ZWO EFW)
                  - { name: Device1, driver: zwo-efw, port: 8001 }
                  # ZYLA-5.5-USB3
                  - { name: Device2, driver: andor-sdk3, port: 8002, uid: "VSC-1" }
                  # - { name: NAME, driver: DRIVER, port: PORT, conf: { port: "usb:A5\\"XK" } }
                """
        )
    }

    /// YAML ends a line at U+0085, U+2028 and U+2029 as well, and the model from a vendor's library may contain anything.
    @Test(arguments: ["\u{85}", "\u{2028}", "\u{2029}", "\n"])
    func aModelCannotEndItsComment(lineEnd: String) throws {
        let world = try Self.lab()
        let drivers = DriverCatalog([TestDrivers.cameras(model: "Zyla\(lineEnd)  - { name: Intruder }")])
        let text = Inventory(of: world.machine, drivers).yaml()
        #expect(text.contains("# Zyla  - { name: Intruder }"))
    }
}
