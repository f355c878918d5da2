internal import Devices
internal import Threads
internal import Transports

/// An axis of a Zaber stage, in microsteps.
struct ZaberAxis: AxisCommands {
    let device: ZaberDevice
    /// From 1.
    let number: Int

    func position(_ lines: LineProtocol) throws -> Double { try device.number("pos", axis: number, lines) }
    func isMoving(_ lines: LineProtocol) throws -> Bool { try device.isBusy(axis: number, lines) }

    func startMove(to position: Double, _ lines: LineProtocol) throws {
        try device.tell("move abs \(position.text(places: 0))", axis: number, lines)
    }

    func limits(_ lines: LineProtocol) throws -> AxisLimits? {
        let lower = try device.number("limit.min", axis: number, lines)
        let upper = try device.number("limit.max", axis: number, lines)
        return lower <= upper ? AxisLimits(lower: lower, upper: upper) : nil
    }

    /// Where it was sent, in whole steps; one with an encoder may be off by some.
    var tolerance: Double { 20 }
    func obstacle(_ lines: LineProtocol) throws -> String? { try device.warning(axis: number, lines) }
}

/// How a Zaber stage finds out where it is: all its axes go home, and stay there.
struct ZaberHoming: StageHoming {
    let device: ZaberDevice
    private let limit = Duration.seconds(300)

    init(_ device: ZaberDevice) { self.device = device }

    func isNeeded(_: [SerialAxis], on line: SerialLine) throws -> Bool {
        try line.perform { try !device.isHomed($0) }
    }

    func run(_: [SerialAxis], on line: SerialLine) throws {
        try line.perform { try device.tell("home", $0) }
        let end = ContinuousClock.now + limit
        while try line.perform({ try device.isBusy($0) }) {
            guard ContinuousClock.now < end else {
                try? line.perform { try device.tell("stop", $0) }
                throw DeviceError(.failed, "device \(device.address) of \(line.title) is not home within \(limit)")
            }
            Pause.wait(for: .milliseconds(10))
        }
        guard try line.perform({ try device.isHomed($0) }) else {
            let reason = try line.perform { try device.warning($0) } ?? "it does not say why"
            throw DeviceError(.failed, "device \(device.address) of \(line.title) did not get home: \(reason)")
        }
    }
}

extension ZaberDevice {
    func stage(on line: SerialLine) throws -> SerialStage {
        let found = try line.perform { (count: try axisCount($0), facts: try facts($0)) }
        let axes = (1...found.count).map { SerialAxis("\($0)", ZaberAxis(device: self, number: $0), on: line) }
        let speeds = (1...found.count).map { number in
            Setting(
                "maximum speed \(number)",
                on: line,
                in: 0...1e10,
                get: { try self.number("maxspeed", axis: number, $0) },
                set: { try tell("set maxspeed \($0.text(places: 0))", axis: number, $1) }
            )
        }
        let warning = Setting("warning", on: line, text: { try self.warning($0) ?? "none" })
        let settings = found.facts + [warning] + speeds
        return SerialStage("ZaberStage", axes, on: line, homing: ZaberHoming(self), settings: settings)
    }
}
