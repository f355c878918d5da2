import Devices
import FilterWheels
import Testing
import Transports
import VirtualUSB

/// Behavior that only the real libusb can show.
@Suite(.enabled(if: Testbed.isPreloaded, "umockdev's library has not been loaded: .ci/usb runs these"))
struct LibUSBTests {
    @Test func theKernelsDriverGivesWayAndComesBack() throws {
        let world = try World()
        let port = world.port()
        try world.plugIn(.zwo(.init(positions: 5)), at: port)
        let device = try #require(world.device(at: port))
        #expect(device.driver == "usbhid")
        let wheel = try TestMake.zwo.open(.init(port: port), in: world)
        #expect(device.driver == nil)
        try wheel.shutdown()
        #expect(device.driver == "usbhid")
    }

    @Test(arguments: TestMake.allCases) func whoMayNotIsToldWhatToDo(make: TestMake) throws {
        let world = try World()
        let port = world.port()
        try world.plugIn(make.model(), at: port)
        let device = try #require(world.device(at: port))
        device.setAccess(false)
        let error = #expect(throws: DeviceError.self) { try make.open(.init(port: port), in: world) }
        #expect(error?.kind == .initialise)
        let text = "\(try #require(error))"
        #expect(text.contains("this user may not write to \(device.info.node)"))
        #expect(text.contains("copy Configs/udev/60-filter-wheels.rules to /etc/udev/rules.d"))
        device.setAccess(true)
        #expect(try make.open(.init(port: port), in: world).position == 0)
    }

    @Test func whatIsPluggedInIsListedWithItsNames() throws {
        let world = try World()
        let ports = [world.port(), world.port()]
        for port in ports { try world.plugIn(TestMake.clarity.model(), at: port) }
        let all = try world.bus.devices([USBKind(0x1f0a, 0x0088)])
        let found = all.filter { ports.contains($0.port) }
        #expect(found.map(\.port) == ports)
        #expect(found.allSatisfy { $0.manufacturer == "Aurox" && $0.product == "Clarity" && $0.serial == nil })
        #expect("\(found[0])" == "USB device \(ports[0]) (1f0a:0088, Clarity)")
        #expect(try world.bus.devices([]).isEmpty)
    }

    @Test func transfersEndWhenTheirTimeIsUp() throws {
        let world = try World()
        let (connection, input) = try openClarity(in: world)
        #expect(input == USBEndpoint(0x81, .interrupt, packetSize: 16))
        let begin = ContinuousClock.now
        let error = #expect(throws: USBError.self) { try connection.read(input, length: 16, within: .milliseconds(50)) }
        #expect(error?.kind == .timeout)
        #expect(.milliseconds(40)...(.seconds(2)) ~= ContinuousClock.now - begin)
        #expect(throws: USBError.self) { try world.bus.open(connection.device, interface: 3) }
        connection.close()
        let closed = #expect(throws: USBError.self) {
            try connection.read(input, length: 16, within: .milliseconds(50))
        }
        #expect(closed?.kind == .disconnected)
    }

    @Test func aWaitEndsWhenTheDeviceIsUnplugged() throws {
        let world = try World()
        let (connection, input) = try openClarity(in: world)
        let unplugging = Unplugging(of: connection.device.port, in: world, after: .milliseconds(50))
        let begin = ContinuousClock.now
        let error = #expect(throws: USBError.self) { try connection.read(input, length: 16, within: .seconds(20)) }
        #expect(error?.kind == .disconnected)
        #expect(ContinuousClock.now - begin < .seconds(1))
        unplugging.wait()
    }

    /// A Clarity's connection, and the endpoint by which its reports come.
    private func openClarity(in world: World) throws -> (any USBConnection, USBEndpoint) {
        let port = world.port()
        try world.plugIn(TestMake.clarity.model(), at: port)
        let info = try #require(try world.bus.devices([USBKind(0x1f0a, 0x0088)]).first { $0.port == port })
        let connection = try world.bus.open(info, interface: 0)
        return (connection, try #require(connection.interface.endpoint(.interrupt, isIn: true)))
    }
}
