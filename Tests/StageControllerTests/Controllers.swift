import Devices
import SerialInstruments
import Transports

@testable import StageControllers

/// A Ludl controller whose stage knows its limits, if some are given.
func ludl(
    limits: NamedOptions<AxisLimits>? = nil,
    _ change: (inout SimulatedLudl) -> Void = { _ in }
) throws -> DrivenController<SimulatedLudl> {
    var controller = SimulatedLudl()
    controller.wheelTime = .milliseconds(20)
    for letter in ["X", "Y"] { controller.axes.motors[letter]?.speed = 10_000_000 }
    change(&controller)
    return try DrivenController(controller, Ludl.port) { connector in
        let options = LudlOptions(
            port: .path("/dev/null"),
            limits: limits,
            wheels: [.init(positions: 10)],
            shutters: [.init(number: 1), .init(module: 1, number: 2)]
        )
        return try Ludl.open(connector, options, Ludl.format.fast)
    }
}

func asi(
    lights: [String] = [],
    home: Bool? = nil,
    leaveAsIs: Bool? = nil,
    _ change: (inout SimulatedASI) -> Void = { _ in }
) throws -> DrivenController<SimulatedASI> {
    var controller = SimulatedASI()
    for letter in ["X", "Y", "Z"] { controller.axes.motors[letter]?.speed = 10_000_000 }
    change(&controller)
    return try DrivenController(controller, ASI.port) { connector in
        let options = ASIOptions(port: .path("/dev/null"), lights: .init(lights), home: home, leaveAsIs: leaveAsIs)
        return try ASI.open(connector, options, ASI.format.fast)
    }
}

func proScan(
    limits: NamedOptions<AxisLimits>? = nil,
    _ change: (inout SimulatedProScan) -> Void = { _ in }
) throws -> DrivenController<SimulatedProScan> {
    var controller = SimulatedProScan()
    controller.stepTime = .milliseconds(5)
    for letter in ["X", "Y", "Z"] { controller.motors[letter]?.speed = 2_000_000 }
    change(&controller)
    return try DrivenController(controller, ProScan.port) { connector in
        try ProScan.open(connector, ProScanOptions(port: .path("/dev/null"), limits: limits), ProScan.format.fast)
    }
}

/// The limits of the simulated ProScan's axes.
let proScanLimits: NamedOptions<AxisLimits> = [
    "X": AxisLimits(lower: 0, upper: 114_000), "Y": AxisLimits(lower: 0, upper: 75_000),
    "Z": AxisLimits(lower: -5_000, upper: 5_000),
]

/// A chain of one device of each kind.
func zaber(
    leaveAsIs: Bool? = nil,
    _ change: (inout SimulatedZaberChain) -> Void = { _ in }
) throws -> DrivenController<SimulatedZaberChain> {
    let kinds: [(address: Int, kind: ZaberOptions.Kind)] = [(2, .stage), (3, .ledController), (14, .filterWheel)]
    guard let devices = ZaberOptions.Devices(kinds) else { throw DeviceError(.failed, "no devices") }
    var chain = SimulatedZaberChain(devices)
    for address in chain.devices.keys {
        for index in 0..<(chain.devices[address]?.motors.count ?? 0) {
            chain.devices[address]?.motors[index].speed = 5_000_000
        }
    }
    change(&chain)
    return try DrivenController(chain, ZaberDevice.port) { connector in
        let options = ZaberOptions(port: .path("/dev/null"), devices: devices, leaveAsIs: leaveAsIs)
        return try ZaberDaisyChain.open(connector, options, ZaberDevice.format.fast)
    }
}
