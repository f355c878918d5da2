import Devices
import FilterWheels
import Platform
import Testing
import Transports

struct FingerLakesTests {
    /// A board that knows its slots is not sent home again; an older one cannot know where it was left.
    @Test(arguments: [(TestMake.fingerLakes, 3), (.oldFingerLakes, 0)])
    func aWheelThatKnowsItsSlotIsNotSentHomeAgain(make: TestMake, position: Int) throws {
        let bench = try make.bench()
        try bench.move(to: 3)
        try bench.wheel.shutdown()
        let wheel = try make.open(.init(port: bench.port), in: bench.world)
        #expect(try wheel.position == position)
    }

    @Test func aFocuserIsNoWheel() throws {
        let world = try World(simulated: true)
        let port = world.port()
        world.simulated?.plugIn(Focuser(), at: port)
        let error = try #require(throws: DeviceError.self) {
            try TestMake.fingerLakes.open(.init(port: port), in: world)
        }
        #expect(error.kind == .initialise)
        #expect("\(error)".contains("has hardware type 7, which is not a known filter wheel"), "\(error)")
    }
}

/// A wheel whose board says that it is a focuser's.
private final class Focuser: SimulatedUSBDevice {
    private let wheel = TestMake.fingerLakes.model()
    private let isAsked = Monitor(false)

    var description: USBDescription { wheel.description }
    func powerUp() { wheel.powerUp() }
    func control(_ request: ControlRequest, _ bytes: [UInt8]) -> [UInt8]? { wheel.control(request, bytes) }

    func receive(_ bytes: [UInt8], at endpoint: UInt8) -> Bool {
        isAsked.withLock { $0 = bytes == [0x80, 0x02] }
        return wheel.receive(bytes, at: endpoint)
    }

    func send(from endpoint: UInt8) -> SimulatedAnswer {
        let answer = wheel.send(from: endpoint)
        return isAsked.withLock { $0 } ? .bytes([0x80, 0x07]) : answer
    }

    func clearHalt(_ endpoint: UInt8) {}
}
