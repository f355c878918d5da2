import Devices
import Lasers
import Probing
import Testing
import Transports

struct DoctorTests {
    private static let noCameras = DriverCatalog(
        TestDrivers.all.drivers.filter { !$0.isFloating } + [TestDrivers.cameras(count: 1)]
    )

    private static func findings(_ world: MadeUpMachine, user: User? = nil, wanted: [WantedDevice] = []) -> [Finding] {
        var machine = world.machine
        if let user { machine.user = user }
        let inventory = Inventory(of: machine, noCameras, served: InventoryTests.served, opensCameras: false)
        return Doctor(machine, inventory, noCameras, wanted: wanted).findings
    }

    private static func wheel(mode: UInt32 = 0o666, _ attributes: [String: String] = [:]) throws -> MadeUpMachine {
        let world = try MadeUpMachine()
        world.plugIn("1-4", "03c3:1f01", attributes)
        world.node("/dev/bus/usb/001/005", group: 46, mode: mode)
        return world
    }

    private static func camera(speed: String = "5000", limit: String = "1000") throws -> MadeUpMachine {
        let world = try MadeUpMachine()
        world.plugIn("2-1", "136e:0014", ["speed": speed, "serial": "VSC-1"])
        world.node("/dev/bus/usb/002/005", mode: 0o666)
        world.write("\(limit)\n", "/sys/module/usbcore/parameters/usbfs_memory_mb")
        return world
    }

    @Test func nothingIsFoundWhereNothingIsWrong() throws {
        #expect(Self.findings(try Self.wheel()).isEmpty)
        #expect(Self.findings(try Self.camera()).isEmpty)
        #expect(Self.findings(try MadeUpMachine()).isEmpty)
    }

    // MARK: Permissions

    @Test func aMissingRuleIsInstalled() throws {
        let found = Self.findings(try Self.wheel(mode: 0o600))
        #expect(found.map(\.check) == [.permissions])
        #expect(
            found.first?.command == """
                sudo cp Configs/udev/60-filter-wheels.rules /etc/udev/rules.d/
                sudo udevadm control --reload
                sudo udevadm trigger --subsystem-match=usb --attr-match=idVendor=03c3
                """
        )
    }

    @Test func aRuleThatIsThereIsApplied() throws {
        let world = try Self.wheel(mode: 0o600)
        world.write(Self.rule("03c3", "1f01|1f02"), "/etc/udev/rules.d/60-filter-wheels.rules")
        let found = Self.findings(world)
        #expect(found.first?.text.contains("has not been applied yet") == true)
        #expect(found.first?.command.hasPrefix("sudo udevadm control --reload") == true)
    }

    @Test(arguments: [("03c3", "1f0a"), ("1278", "1f01")]) func aRuleForAnotherDeviceIsNone(
        vendor: String,
        product: String
    ) throws {
        let world = try Self.wheel(mode: 0o600)
        world.write(Self.rule(vendor, product), "/etc/udev/rules.d/60.rules")
        #expect(Self.findings(world).first?.text.contains("no udev rule") == true)
    }

    private static func rule(_ vendor: String, _ product: String) -> String {
        "# rules\nATTR{idVendor}==\"\(vendor)\", ATTR{idProduct}==\"\(product)\", MODE=\"0660\", GROUP=\"plugdev\"\n"
    }

    @Test(.enabled(if: User.current.id == 0, "only root can give files to groups"))
    func whoIsNotInTheGroupJoinsIt() throws {
        let world = try Self.wheel(mode: 0o660)
        world.write(Self.rule("03c3", "1f01|1f02"), "/etc/udev/rules.d/60.rules")
        #expect(Self.findings(world).first?.command.hasPrefix("sudo usermod -aG plugdev user\n") == true)
        world.write("plugdev:x:46:user\n", "/etc/group")
        #expect(Self.findings(world).first?.command.hasSuffix("newgrp plugdev") == true)
        #expect(Self.findings(world, user: world.machine.user(named: "user")).isEmpty)
    }

    @Test(.enabled(if: User.current.id == 0, "only root can give files to groups"))
    func serialPortsHaveAGroupToo() throws {
        let world = try MadeUpMachine()
        world.plugIn("1-2", "0403:6001", ["serial": "A5"])
        world.addPort("ttyUSB0", at: "1-2")
        let found = Self.findings(world)
        #expect(found.map(\.subject) == ["/dev/ttyUSB0"])
        #expect(found.first?.command.hasPrefix("sudo usermod -aG dialout user") == true)
    }

    @Test func camerasGetARuleOfTheirOwn() throws {
        let world = try Self.camera()
        world.node("/dev/bus/usb/002/005", mode: 0o600)
        let command = Self.findings(world).first?.command
        #expect(command?.contains("sudo cp Configs/udev/60-cameras.rules") == true)
    }

    // MARK: Between the device and the programs

    @Test(arguments: [("usbtmc", true), ("usbhid", false), ("usbfs", false)])
    func aDriverOfTheKernelsInTheWayIsUnbound(driver: String, isFound: Bool) throws {
        let world = try Self.wheel()
        world.bind("1-4", interface: 0, to: driver)
        let found = Self.findings(world)
        #expect(found.map(\.check) == (isFound ? [.driver] : []))
        #expect(!isFound || found[0].command == "echo 1-4:1.0 | sudo tee /sys/bus/usb/drivers/usbtmc/unbind")
    }

    @Test func anAdapterWithoutAPortNeedsItsModule() throws {
        let world = try MadeUpMachine()
        world.plugIn("1-2", "1a86:7523")
        world.bind("1-2", interface: 0, to: nil)
        let found = Self.findings(world)
        #expect(found.map(\.check) == [.driver])
        #expect(found[0].command.hasPrefix("sudo modprobe ch341"))
    }

    @Test(arguments: [("480", true), ("12", true), ("5000", false), ("10000", false), ("nonsense", false)])
    func aCameraAtASlowPortIsFound(speed: String, isFound: Bool) throws {
        #expect(Self.findings(try Self.camera(speed: speed)).map(\.check) == (isFound ? [.link] : []))
    }

    @Test(arguments: [("16", true), ("999", true), ("1000", false), ("0", false), ("many", false)])
    func tooLittleMemoryForACameraIsFound(limit: String, isFound: Bool) throws {
        let found = Self.findings(try Self.camera(limit: limit))
        #expect(found.map(\.check) == (isFound ? [.memory] : []))
        #expect(!isFound || found[0].command.hasPrefix("echo 1000 | sudo tee /sys/module/usbcore/parameters/"))
    }

    @Test func memoryMattersOnlyToCameras() throws {
        let world = try Self.wheel()
        world.write("16\n", "/sys/module/usbcore/parameters/usbfs_memory_mb")
        #expect(Self.findings(world).isEmpty)
    }

    @Test func suspendingIsAdvisedAgainst() throws {
        let found = Self.findings(try Self.wheel(["power/control": "auto"]))
        #expect(found.map(\.weight) == [.advice])
        #expect(found[0].command == "echo on | sudo tee /sys/bus/usb/devices/1-4/power/control")
    }

    // MARK: The rest

    @Test func portsByNumberGetBetterNames() throws {
        let world = try MadeUpMachine()
        world.plugIn("1-2", "0403:6001", ["serial": "A5"])
        world.addPort("ttyUSB0", at: "1-2")
        world.node("/dev/ttyUSB0", mode: 0o666)
        let options = LightOptions(port: .path("/dev/ttyUSB0"))
        let laser = WantedDevice(
            "Red",
            Driver.cobolt.configured(options),
            uid: nil,
            isSimulated: false,
            file: "/etc/it's.yaml"
        )
        let found = Self.findings(world, wanted: [laser])
        #expect(found.map(\.check) == [.naming])
        #expect(found[0].command == "sed -i 's|/dev/ttyUSB0\\b|usb:A5|' '/etc/it'\\''s.yaml'")
    }

    @Test func aPortThatAnotherProgramHasIsFound() throws {
        let world = try MadeUpMachine()
        let options = LightOptions(port: .usb(serial: "A5", interface: nil))
        func wanted(port: Int) -> [WantedDevice] {
            let driver = Driver.cobolt.configured(options)
            return [WantedDevice("Red", driver, uid: nil, isSimulated: true, file: "a.yaml", port: port)]
        }
        let numbers = "00000000:00000000 00:00000000 00000000  1000        0"
        world.write(
            """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F41 00000000:0000 0A \(numbers) 4711 1
               1: 0100007F:1F42 0100007F:9999 01 \(numbers) 4712 1
               2: 0100007F:1F43 00000000:0000 0A \(numbers) 4713 1

            """,
            "/proc/net/tcp"
        )
        world.addProcess(77, "python3", has: ["socket:[4711]"])
        let found = Self.findings(world, wanted: wanted(port: 8001))
        #expect(found.map(\.check) == [.use])
        #expect(found.first?.subject == "port 8001")
        #expect(found.first?.text == "Red: in use by python3 (process 77)")
        #expect(found.first?.command == "kill 77")
        // One that only a connection has, and one whose program cannot be seen.
        #expect(Self.findings(world, wanted: wanted(port: 8002)).isEmpty)
        let unseen = Self.findings(world, wanted: wanted(port: 8003))
        #expect(unseen.first?.command == "sudo ss -ltnp 'sport = :8003'")
    }

    @Test(arguments: [
        ("Andor's SDK 3 is not installed", "is not installed"),
        ("/usr/lib/libatcore.so.3 is no libatcore: it lacks AT_Open", "has the wrong version"),
    ])
    func aLibraryThatIsNeededAndUnfitIsFound(reason: String, text: String) throws {
        let world = try Self.camera()
        let drivers = DriverCatalog([TestDrivers.cameras { throw DeviceError(.library, reason) }])
        let inventory = Inventory(of: world.machine, drivers, opensCameras: false)
        let found = Doctor(world.machine, inventory, drivers).findings
        #expect(found.map(\.check) == [.library])
        #expect(found[0].text.contains(text))
        #expect(found[0].command.hasSuffix("sudo ldconfig"))
        let empty = try MadeUpMachine()
        let nothing = Inventory(of: empty.machine, drivers, opensCameras: false)
        #expect(Doctor(empty.machine, nothing, drivers).findings.isEmpty)
    }

    @Test func aLibraryThatSeesTooFewCamerasIsFound() throws {
        let world = try Self.camera()
        let drivers = DriverCatalog([TestDrivers.cameras(count: 0)])
        let inventory = Inventory(of: world.machine, drivers, opensCameras: false)
        #expect(Doctor(world.machine, inventory, drivers).findings.map(\.check) == [.library])
    }

    @Test(arguments: [
        ("minicom", "kill 99"), ("ModemManager", "sudo systemctl disable --now ModemManager"),
        ("brltty", "sudo apt-get remove brltty"),
    ])
    func otherProgramsAreNamed(program: String, command: String) throws {
        let world = try Self.wheel()
        world.addProcess(99, program, has: ["/dev/bus/usb/001/005"])
        let found = Self.findings(world)
        #expect(found.map(\.check) == [.use])
        #expect(found[0].text == "is in use by \(program) (process 99)")
        #expect(found[0].command == command)
    }

    @Test func ourOwnServersAreNotInTheWay() throws {
        let world = try Self.wheel()
        world.addProcess(4211, "device-server", has: ["/dev/bus/usb/001/005"])
        // A microscope's own program.
        world.addProcess(4212, "my-microscope", "worker", "Wheel", has: ["/dev/bus/usb/001/005"])
        #expect(Self.findings(world).isEmpty)
    }

    @Test(arguments: [(false, 1), (true, 0), (nil, 0)] as [(Bool?, Int)])
    func aClockThatFollowsNoOtherIsFound(isSynchronised: Bool?, count: Int) throws {
        let world = try MadeUpMachine()
        var machine = world.machine
        machine.isClockSynchronised = isSynchronised
        let inventory = Inventory(of: machine, Self.noCameras, opensCameras: false)
        let found = Doctor(machine, inventory, Self.noCameras).findings
        #expect(found.map(\.check) == Array(repeating: .clock, count: count))
    }
}
