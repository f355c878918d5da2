import Devices
import Pickle
import Platform
import Testing
import Transports

@testable import FilterWheels

struct PluggingTests {
    @Test(arguments: TestMake.allCases) func isFoundAgainAfterItHasBeenUnplugged(make: TestMake) throws {
        let plugged = try make.plugged(.milliseconds(150))
        try plugged.move(to: 1)
        let completion = try plugged.wheel.move(to: 3)
        plugged.forget()
        #expect(try completion.poll() == nil)
        plugged.world.unplug(plugged.port)
        #expect(plugged.world.logs("has been unplugged", asWarning: true))
        let error = #expect(throws: USBError.self) { try TestMake.PluggedWheel.finish(completion) }
        #expect(error?.kind == .disconnected)
        #expect(throws: USBError.self) { try plugged.wheel.position }
        #expect(plugged.world.problem != nil)
        try plugged.world.plugIn(plugged.model, at: plugged.port)
        #expect(plugged.world.logs("is plugged in at USB port \(plugged.port)"))
        #expect(try plugged.eventualPosition() == 0)
        #expect(plugged.world.problem == nil)
        try plugged.move(to: 2)
        #expect(try plugged.wheel.position == 2)
    }

    @Test func aWheelIsLeftAloneAtFirst() throws {
        let (world, model) = (try World(), TestMake.starlightXpress.model())
        let port = world.port()
        try world.plugIn(model, at: port)
        let pace = WheelPace(interval: .milliseconds(5), quietTime: .milliseconds(100))
        let begin = ContinuousClock.now
        let wheel = try USBFilterWheel<StarlightXpressSession>(
            .init(port: port),
            on: world.bus,
            pace: pace,
            log: world.log
        )
        #expect(ContinuousClock.now - begin >= .milliseconds(100))
        world.unplug(port)
        #expect(world.logs("has been unplugged"))
        try world.plugIn(model, at: port)
        let error = #expect(throws: DeviceError.self) { try wheel.move(to: 2) }
        #expect(error?.kind == .incompatibleState)
        let plugged = TestMake.PluggedWheel(world: world, model: model, port: port, wheel: wheel)
        #expect(try plugged.eventualPosition() == 0)
        try plugged.move(to: 2)
        #expect(try wheel.position == 2)
    }

    @Test func anotherWheelInItsPlaceIsNoticed() throws {
        let plugged = try TestMake.zwo.plugged()
        plugged.world.unplug(plugged.port)
        #expect(plugged.world.logs("has been unplugged"))
        try plugged.world.plugIn(.zwo(.init(positions: 5, homingTime: .zero)), at: plugged.port)
        let error = #expect(throws: DeviceError.self) { try plugged.wheel.position }
        #expect("\(try #require(error))".contains("now has 5 positions instead of 7"))
        plugged.world.unplug(plugged.port)
        try plugged.world.plugIn(plugged.model, at: plugged.port)
        #expect(try plugged.eventualPosition() == 0)
    }

    @Test func anEFWTellsWhatItIs() throws {
        let settings = SettingList(try TestMake.zwo.plugged().wheel.settings)
        #expect(try settings.find("serial number").get() == "1f2120703dcef2b1")
        #expect(try settings.find("model").get() == "EFW-S-0")
        #expect(try settings.find("firmware").get() == "3.0.9")
    }

    @Test func anEFWIsFoundAtAnotherPort() throws {
        let plugged = try TestMake.zwo.plugged()
        let world = plugged.world
        let (first, second) = (world.port(), world.port())
        let model = TestMake.zwo.model(serial: "1111111111111111")
        try world.plugIn(model, at: first)
        let wheel = try TestMake.zwo.open(.init(serial: "1111111111111111"), in: world)
        #expect(try wheel.position == 0)
        world.unplug(first)
        #expect(world.logs("has been unplugged: USB device \(first)"))
        try world.plugIn(model, at: second)
        let moved = TestMake.PluggedWheel(world: world, model: model, port: second, wheel: wheel)
        #expect(try moved.eventualPosition() == 0)
        #expect(world.logs("1111111111111111 is USB device \(second)"))
    }

    @Test func twoOfAKindAreToldApartByTheirSerialNumbers() throws {
        let world = try World()
        let serials = ["0123456789abcdef", "fedcba9876543210"]
        for serial in serials { try world.plugIn(TestMake.zwo.model(serial: serial), at: world.port()) }
        let wheels = try serials.map { try TestMake.zwo.open(.init(serial: $0), in: world) }
        for (position, wheel) in wheels.enumerated() {
            try TestMake.PluggedWheel.finish(try wheel.move(to: 3 + position))
        }
        #expect(try wheels.map { try $0.position } == [3, 4])
    }

    @Test(arguments: TestMake.allCases) func twoOfAKindAreToldApartByTheirPorts(make: TestMake) throws {
        let world = try World()
        let ports = [world.port(), world.port()]
        for port in ports { try world.plugIn(make.model(), at: port) }
        let wheels = try ports.map { try make.open(.init(port: $0), in: world) }
        for (position, wheel) in wheels.enumerated() {
            try TestMake.PluggedWheel.finish(try wheel.move(to: 2 + position))
        }
        #expect(try wheels.map { try $0.position } == [2, 3])
    }

    @Test func whatIsNotThereIsToldWithWhatIsThere() throws {
        let world = try World()
        let ports = [world.port(), world.port()]
        for port in ports { try world.plugIn(TestMake.zwo.model(), at: port) }
        let ambiguous = #expect(throws: DeviceError.self) { try TestMake.zwo.open(.init(), in: world) }
        let missing = #expect(throws: DeviceError.self) { try TestMake.zwo.open(.init(serial: "77"), in: world) }
        let text = "\(try #require(ambiguous))\(try #require(missing))"
        #expect(text.contains("choose one by its port") && text.contains("ZWO filter wheel with serial 77"))
        for port in ports { #expect(text.contains("USB port \(port) has serial 1f2120703dcef2b1")) }
        let empty = #expect(throws: DeviceError.self) { try TestMake.zwo.open(.init(port: world.port()), in: world) }
        #expect("\(try #require(empty))".contains("no device of this kind (03c3:1f01, 03c3:1f02) is plugged in"))
    }

    @Test func anotherNumberOfPositionsIsAnError() throws {
        let world = try World()
        let port = world.port()
        try world.plugIn(TestMake.zwo.model(), at: port)
        let error = #expect(throws: DeviceError.self) {
            try TestMake.zwo.open(.init(port: port, positions: 5), in: world)
        }
        #expect("\(try #require(error))".contains("has 7 positions, not 5"))
        #expect(try TestMake.zwo.open(.init(port: port, positions: 7), in: world).positionCount == 7)
    }
}
