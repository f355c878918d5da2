import Devices
import Pickle
import Probing
import Server
import Synchronization
import Testing
import Transports

struct InventoryTests {
    /// A wheel, a device that nobody knows, two adapters of which one has two ports, and a port of the computer's own.
    private static func lab() throws -> MadeUpMachine {
        let world = try MadeUpMachine()
        world.plugIn("1-4.2", "03c3:1f01", ["manufacturer": "ZW0", "product": "ZWO EFW", "serial": "1f21"])
        world.bind("1-4.2", interface: 0, to: "usbhid")
        world.plugIn("1-4.10", "046d:c52b", address: 6, ["product": "USB Receiver"])
        world.plugIn("1-2", "0403:6001", address: 7, ["manufacturer": "FTDI", "product": "UART", "serial": "A5XK3RJT"])
        world.addPort("ttyUSB0", at: "1-2", byID: "usb-FTDI_UART_A5XK3RJT-if00-port0")
        world.plugIn("1-3", "0403:6010", address: 8, ["serial": "FT2"])
        world.addPort("ttyUSB1", at: "1-3", interface: 0)
        world.addPort("ttyUSB2", at: "1-3", interface: 1)
        world.write("4\n", "/sys/class/tty/ttyS0/type")
        world.write("0\n", "/sys/class/tty/ttyS1/type")
        world.node("/dev/ttyS0", group: 20)
        return world
    }

    @Test func devicesOnUSBAreListedWithTheDriversThatKnowThem() throws {
        let world = try Self.lab()
        let inventory = Inventory(of: world.machine, TestDrivers.all)
        #expect(inventory.usb.map { "\($0.info.port)" } == ["1-2", "1-3", "1-4.2", "1-4.10"])
        let wheel = try #require(inventory.knownUSB.first)
        #expect(inventory.knownUSB.count == 1)
        #expect(wheel.drivers == ["zwo-efw"])
        #expect(wheel.info.serial == "1f21")
        #expect(wheel.speed == 12)
        #expect(wheel.kernelDrivers == [0: "usbhid"])
        #expect(!wheel.isUsable)
        #expect(wheel.holders.isEmpty)
    }

    @Test func serialPortsAreListedWithTheNameThatStays() throws {
        let world = try Self.lab()
        let ports = Inventory(of: world.machine, TestDrivers.all).ports
        #expect(ports.map(\.path) == ["/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyUSB2", "/dev/ttyS0"])
        #expect(ports.map(\.name) == ["usb:A5XK3RJT", "usb:FT2:0", "usb:FT2:1", "/dev/ttyS0"])
        #expect(ports[0].byID == "/dev/serial/by-id/usb-FTDI_UART_A5XK3RJT-if00-port0")
        #expect(ports[0].adapter?.product == "UART")
        #expect(ports[0].adapter?.place == "1-2")
        #expect(ports[3].adapter == nil)
    }

    @Test func whatHasTheGroupIsUsable() throws {
        let world = try Self.lab()
        var machine = world.machine
        world.node("/dev/ttyUSB0", group: 20)
        machine.user = User("user", id: 1000, groups: [20])
        // Where files cannot be given to groups, they stay the tester's.
        let isRoot = User.current.id == 0
        #expect(Inventory(of: machine, TestDrivers.all).ports[0].isUsable == isRoot)
        world.node("/dev/ttyUSB0", mode: 0o666)
        machine.user = User("user", id: 1000, groups: [])
        #expect(Inventory(of: machine, TestDrivers.all).ports[0].isUsable)
    }

    @Test func whoHasADeviceIsToldByNumberAndName() throws {
        let world = try Self.lab()
        world.addProcess(4211, "device-server", has: ["/dev/bus/usb/001/005"])
        world.addProcess(99, "ModemManager", has: ["/dev/null", "/dev/ttyUSB1"])
        let inventory = Inventory(of: world.machine, TestDrivers.all, served: Self.served)
        #expect(inventory.knownUSB[0].holders.map(\.description) == ["device-server (process 4211)"])
        #expect(inventory.ports[1].holders.map(\.pid) == [99])
        let text = inventory.tables(all: false)
        #expect(text.contains("held by device-server (process 4211), as Emission"))
        #expect(text.contains("held by ModemManager (process 99)"))
        #expect(!text.contains("USB Receiver"))
        #expect(inventory.tables(all: true).contains("USB Receiver"))
    }

    @Test func freeCamerasAreOpenedForAMomentAndHeldOnesAreNot() throws {
        let world = try MadeUpMachine()
        let open = OpenClaims()
        let inventory = Inventory(of: world.machine, DriverCatalog([TestDrivers.cameras(open: open)]))
        #expect(open.count.load(ordering: .relaxed) == 0)
        #expect(inventory.surveyed.map(\.uid) == ["VSC-1", nil])
        #expect(inventory.surveyed.map(\.holder) == [nil, "another program"])
        #expect(inventory.surveyed[0].model == "ZYLA-5.5-USB3")
        #expect(inventory.surveyed[0].firmware == "15.6.8")
        #expect(inventory.notes.contains { $0.contains("AT_Open of camera 2") })
    }

    @Test func aCameraThatAServerHasIsShownByWhatTheServerSays() throws {
        let world = try MadeUpMachine()
        let served = ServedDevice.all(
            in: Self.status("RedCamera", driver: "andor-sdk3", uid: "VSC-2", pid: 12, isSimulated: false)
        )
        let inventory = Inventory(of: world.machine, TestDrivers.all, served: served)
        #expect(inventory.surveyed.map(\.uid) == ["VSC-2", "VSC-1"])
        #expect(inventory.surveyed[0].holder == "device-server (process 12), as RedCamera")
    }

    @Test func simulatedDevicesOfAServerAreNoCamerasOfThisComputer() throws {
        let world = try MadeUpMachine()
        let status = Self.status("RedCamera", driver: "andor-sdk3", uid: "VSC-2", pid: 12, isSimulated: true)
        let inventory = Inventory(of: world.machine, TestDrivers.all, served: ServedDevice.all(in: status))
        #expect(inventory.surveyed.map(\.uid) == ["VSC-1", nil])
        #expect(inventory.served.map(\.name) == ["RedCamera"])
    }

    @Test func aMissingLibraryIsANote() throws {
        let world = try MadeUpMachine()
        let cameras = TestDrivers.cameras { throw DeviceError(.library, "Andor's SDK 3 is not installed") }
        let inventory = Inventory(of: world.machine, DriverCatalog([cameras]))
        #expect(inventory.surveyed.isEmpty)
        #expect(inventory.notes == ["andor-sdk3: the vendor's library is missing, so its devices are not listed."])
    }

    @Test func anEmptyComputerIsEmpty() throws {
        let world = try MadeUpMachine()
        let inventory = Inventory(of: world.machine, DriverCatalog([]))
        #expect(inventory.usb.isEmpty && inventory.ports.isEmpty && inventory.notes.isEmpty)
        #expect(inventory.tables(all: true).contains("--all"))
    }

    @Test(arguments: [
        ("1-4", "idVendor", "xyz"), ("1-4", "devnum", "999"), ("1-4", "idProduct", ""),
    ])
    func aDeviceWithDamagedFilesIsPassedOver(port: String, file: String, text: String) throws {
        let world = try MadeUpMachine()
        world.plugIn(port, "03c3:1f01", [file: text])
        #expect(Inventory(of: world.machine, TestDrivers.all).usb.isEmpty)
    }

    @Test func whatAServerSaysOddlyIsLeftOut() {
        #expect(ServedDevice.all(in: .none).isEmpty)
        #expect(ServedDevice.all(in: .dict(["definitions": 7])).isEmpty)
        #expect(ServedDevice.all(in: .dict(["definitions": [.dict(["devices": [.dict(["name": 3])]])]])).isEmpty)
    }

    static var served: [ServedDevice] { ServedDevice.all(in: status("Emission", driver: "zwo-efw", pid: 4211)) }

    static func status(
        _ name: String,
        driver: String,
        uid: String? = nil,
        pid: Int,
        isSimulated: Bool = false
    ) -> PythonValue {
        .dict([
            "configuration": "/etc/device-server/scope.yaml",
            "definitions": [
                .dict([
                    "name": .str(name), "state": "serving", "pid": .int(pid),
                    "devices": [
                        .dict([
                            "name": .str(name), "driver": .str(driver), "uid": uid.map(PythonValue.str) ?? .none,
                            "simulated": .bool(isSimulated), "uri": .str("PYRO:\(name)@127.0.0.1:8001"),
                        ])
                    ],
                ])
            ],
        ])
    }
}
