import Devices
import FilterWheels
import Platform
import Testing
import Transports

/// Any answer of a wheel is a position that it has, or an error.
struct NoiseTests {
    @Test(arguments: [TestMake.starlightXpress, .clarity, .fingerLakes, .zwo], [1, 2, 3] as [UInt64])
    func noiseIsAnErrorAndNoMore(make: TestMake, seed: UInt64) throws {
        let world = try World(simulated: true)
        let port = world.port()
        let wheel = NoisyWheel(make.model(.milliseconds(1)), seed)
        world.simulated?.plugIn(wheel, at: port)
        let open = try make.open(.init(port: port), in: world)
        wheel.isNoisy = true
        var random = SeededGenerator(~seed)
        var answers = 0
        for _ in 0..<20 {
            world.time.advance(.seconds(3))
            do {
                #expect((0..<open.positionCount).contains(try open.position))
                try open.startMove(to: Int.random(in: 0..<open.positionCount, using: &random))
                _ = try open.isMoving
                answers += 1
            } catch {}
        }
        wheel.isNoisy = false
        world.time.advance(.seconds(100))
        #expect(answers < 20)
        let plugged = TestMake.PluggedWheel(world: world, model: wheel.wheel, port: port, wheel: open)
        // What has been answered too late, or not been fetched, may cost a question or two more.
        for _ in 0..<3 { _ = try? plugged.wheel.isMoving }
        try plugged.move(to: 2)
        #expect(try open.position == 2)
    }
}

/// A wheel on a bad cable: some of what it answers is changed, cut off or doubled.
private final class NoisyWheel: SimulatedUSBDevice {
    let wheel: SimulatedWheel
    private let state: Lock<(random: SeededGenerator, isNoisy: Bool)>

    init(_ wheel: SimulatedWheel, _ seed: UInt64) {
        self.wheel = wheel
        state = Lock((SeededGenerator(seed), false))
    }

    var isNoisy: Bool {
        get { state.withLock { $0.isNoisy } }
        set { state.withLock { $0.isNoisy = newValue } }
    }

    var description: USBDescription { wheel.description }

    func powerUp() { wheel.powerUp() }

    func control(_ request: ControlRequest, _ bytes: [UInt8]) -> [UInt8]? {
        wheel.control(request, bytes).map(spoilt)
    }

    func receive(_ bytes: [UInt8], at endpoint: UInt8) -> Bool { wheel.receive(bytes, at: endpoint) }

    func send(from endpoint: UInt8) -> SimulatedAnswer {
        guard case .bytes(let bytes) = wheel.send(from: endpoint) else {
            // Rather some noise than nothing, which would only take time.
            return isNoisy ? .bytes(spoilt([0, 0])) : .nothing
        }
        return .bytes(spoilt(bytes))
    }

    func clearHalt(_ endpoint: UInt8) {}

    private func spoilt(_ bytes: [UInt8]) -> [UInt8] {
        state.withLock { state in
            guard state.isNoisy else { return bytes }
            var bytes = bytes
            switch Int.random(in: 0..<4, using: &state.random) {
            case 0: bytes = bytes.map { _ in UInt8.random(in: 0...255, using: &state.random) }
            case 1: bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &state.random)))
            case 2 where !bytes.isEmpty:
                bytes[Int.random(in: 0..<bytes.count, using: &state.random)] ^=
                    1 << UInt8.random(in: 0..<8, using: &state.random)
            default: break
            }
            return bytes
        }
    }
}

/// Repeatable random numbers (Marsaglia's xorshift).
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
