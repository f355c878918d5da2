import Devices
import Platform
import SerialInstruments
import Testing
import Transports

@testable import StageControllers

/// Garbled answers are errors, and drivers go on once answers make sense again.
struct GarblingTests {
    /// Moves, asks and sets all that there is, whatever comes of it, and then opens the device in peace.
    private func use<Base: SimulatedInstrument>(
        _ base: Base,
        seed: UInt64,
        _ settings: PortSettings,
        _ open: @escaping @Sendable (SerialConnector, _ isInPeace: Bool) throws -> SerialController
    ) throws {
        let setup = try DrivenController(Garbling(base, seed: seed), settings) { try open($0, false) }
        let controller = try? setup.open()
        for device in controller?.devices.map(\.device) ?? [] { try? use(device) }
        for setting in controller?.settings ?? [] { _ = try? setting.get() }
        try? controller?.shutdown()
        // Half a line that is still on its way belongs to no answer; only the silence after it shows that.
        setup.port.unplug()
        setup.port.update { $0.isGarbling = false }
        try setup.port.plugIn()
        let sound = try setup.open { try open($0, true) }
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
        format.patience = isInPeace ? patience : .milliseconds(10) * slowness
        format.silence = .milliseconds(2) * slowness
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
