import Devices
import Testing
import Threads
import Transports

@testable import Stages

/// What no device says.
private let oddities = [
    "99999999999999999999999", "-1", "nan", "inf", "1e308", "-", ":A", ":N", ":N-", "@", "@00", "E,", "E", "END", "R",
    "X=", "=", "\u{0}", " ", "0x", "1e-320",
]

/// A device whose answers are spoiled at random, but always in the same way for a seed.
struct Garbling<Base: SimulatedInstrument>: SimulatedInstrument {
    var base: Base
    var isGarbling = true
    private var state: UInt64

    init(_ base: Base, seed: UInt64) { (self.base, state) = (base, seed &* 0x9E37_79B9_7F4A_7C15 | 1) }

    /// A number from 0 up (xorshift).
    private mutating func random(below end: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % end
    }

    mutating func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let outputs = base.receive(bytes, at: now)
        guard isGarbling else { return outputs }
        return outputs.map { output in
            var output = output
            // One in four; the others let the talk get on.
            if random(below: 4) == 0 { spoil(&output.bytes) }
            return output
        }
    }

    private mutating func spoil(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let place = random(below: bytes.count)
        switch random(below: 6) {
        case 0: bytes[place] = UInt8(random(below: 256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: Array(oddities[random(below: oddities.count)].utf8), at: place)
        case 3: bytes.removeLast(bytes.count - place)
        case 4: bytes += bytes
        default: bytes = Array(oddities[random(below: oddities.count)].utf8) + Array("\r\n".utf8)
        }
    }
}

/// Drivers whose devices talk nonsense say so, and go on when sense comes back.
struct GarblingTests {
    /// Moves, asks and sets all that there is, whatever comes of it, and then opens the device in peace.
    private func use<Base: SimulatedInstrument>(
        _ base: Base,
        seed: UInt64,
        _ settings: PortSettings,
        _ open: @escaping @Sendable (SerialConnector, _ isInPeace: Bool) throws -> SerialController
    ) throws {
        let bench = try StageBench(Garbling(base, seed: seed), settings) { try open($0, false) }
        let controller = try? bench.open()
        for device in controller?.devices.map(\.device) ?? [] { try? use(device) }
        for setting in controller?.settings ?? [] { _ = try? setting.get() }
        try? controller?.shutdown()
        bench.port.update { $0.isGarbling = false }
        let sound = try bench.open { try open($0, true) }
        for device in sound.devices.map(\.device) {
            if let stage = device as? any Stage {
                for (name, axis) in stage.axes { #expect(try axis.position.isFinite, "axis \(name)") }
            }
        }
        try sound.shutdown()
    }

    private func use(_ device: any Device) throws {
        for setting in device.settings { _ = try? setting.get() }
        if let stage = device as? any Stage {
            _ = try? stage.mayMoveOnEnable
            for (_, axis) in stage.axes {
                _ = try? axis.limits
                _ = try? axis.start(by: 10)
                for _ in 0..<3 { _ = try? axis.isMoving }
            }
        }
        if let wheel = device as? any FilterWheel {
            _ = try? wheel.move(to: 1)
            for _ in 0..<3 { _ = try? (wheel.isMoving, wheel.position) }
        }
    }

    /// With little patience for nonsense, and much for a machine that has a lot to do.
    private static func format(_ format: LineFormat, _ isInPeace: Bool) -> LineFormat {
        var format = format.fast
        (format.patience, format.silence) = (isInPeace ? patience : .milliseconds(10), .milliseconds(2))
        return format
    }

    private static let port = PortName.path("/dev/null")

    @Test(arguments: 0..<8 as Range<UInt64>) func zaber(seed: UInt64) throws {
        let kinds: [(address: Int, kind: ZaberOptions.Kind)] = [(1, .stage), (2, .filterWheel), (3, .ledController)]
        let devices = try #require(ZaberOptions.Devices(kinds))
        try use(SimulatedZaberChain(devices), seed: seed, ZaberDevice.port) { connector, isInPeace in
            let options = ZaberOptions(port: Self.port, devices: devices)
            return try ZaberDaisyChain.open(connector, options, Self.format(ZaberDevice.format, isInPeace))
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>) func proScan(seed: UInt64) throws {
        try use(SimulatedProScan(), seed: seed, ProScan.port) { connector, isInPeace in
            try ProScan.open(connector, ProScanOptions(port: Self.port), Self.format(ProScan.format, isInPeace))
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>) func asi(seed: UInt64) throws {
        try use(SimulatedASI(), seed: seed, ASI.port) { connector, isInPeace in
            let options = ASIOptions(port: Self.port, lights: .init(["lamp"]))
            return try ASI.open(connector, options, Self.format(ASI.format, isInPeace))
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>) func ludl(seed: UInt64) throws {
        try use(SimulatedLudl(), seed: seed, Ludl.port) { connector, isInPeace in
            let options = LudlOptions(port: Self.port, wheels: [.init(positions: 6)], shutters: [.init(number: 1)])
            return try Ludl.open(connector, options, Self.format(Ludl.format, isInPeace))
        }
    }
}
