public import Devices
internal import Platform
public import Transports

/// An axis of a Zaber stage, in microsteps.
struct ZaberAxis: AxisCommands {
    let device: ZaberDevice
    /// Counted from 1.
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

    /// The setting counts microsteps in 1/1.6384 s (Zaber ASCII Protocol Manual, `maxspeed`).
    func speed(_ lines: LineProtocol) throws -> Double? { try device.number("maxspeed", axis: number, lines) / 1.6384 }

    /// In microsteps; an axis with an encoder may end a few steps off.
    var tolerance: Double { 20 }
    func obstacle(_ lines: LineProtocol) throws -> String? { try device.warning(axis: number, lines) }
}

/// The homing procedure of a Zaber stage: all its axes go home and stay there.
struct ZaberHoming: StageHoming {
    let device: ZaberDevice
    private let limit = Duration.seconds(300)

    /// All axes go home together.
    func limit(of _: Int) -> Duration { limit }

    init(_ device: ZaberDevice) { self.device = device }

    func isNeeded(_: [SerialAxis], on line: SerialLine) throws -> Bool {
        try line.perform { try !device.isHomed($0) }
    }

    func run(_: [SerialAxis], on line: SerialLine, until request: StopRequest) throws {
        try line.perform { try device.tell("home", $0) }
        let end = ContinuousClock.now + limit
        while try line.perform({ try device.isBusy($0) }) {
            try request.check("device \(device.address) of \(line.title)")
            guard ContinuousClock.now < end else {
                try? line.perform { try device.tell("stop", $0) }
                throw DeviceError(
                    .failed,
                    "device \(device.address) of \(line.title) did not reach home within \(limit)"
                )
            }
            Pause.wait(for: .milliseconds(10))
        }
        guard try line.perform({ try device.isHomed($0) }) else {
            let reason = try line.perform { try device.warning($0) } ?? "the device gives no reason"
            throw DeviceError(.failed, "device \(device.address) of \(line.title) did not reach home: \(reason)")
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
        return SerialStage("ZaberStage", axes, on: line, homing: ZaberHoming(self), settings: settings) { lines in
            try tell("stop", lines)
        }
    }
}

/// A Zaber filter wheel or turret of filter cubes.
struct ZaberWheel: PolledWheelCommands {
    let device: ZaberDevice

    /// The index is 0 between two positions.
    func position(_ lines: LineProtocol) throws -> Int? {
        let index = try device.ask("get motion.index.num", axis: 1, lines) { $0.data.code() }
        return index > 0 ? index - 1 : nil
    }

    func isMoving(_ lines: LineProtocol) throws -> Bool { try device.isBusy(axis: 1, lines) }

    func startMove(to position: Int, _ lines: LineProtocol) throws {
        try device.tell("move index \(position + 1)", axis: 1, lines)
    }

    func needsHoming(_ lines: LineProtocol) throws -> Bool { try !device.isHomed(axis: 1, lines) }
    func startHoming(_ lines: LineProtocol) throws { try device.tell("home", axis: 1, lines) }
    func stop(_ lines: LineProtocol) throws { try device.tell("stop", axis: 1, lines) }

    func positionCount(_ lines: LineProtocol) throws -> Int {
        let cycle = try device.number("limit.cycle.dist", axis: 1, lines)
        let index = try device.number("motion.index.dist", axis: 1, lines)
        guard cycle > 0, index > 0, (1...1000).contains((cycle / index).rounded(.down)) else {
            throw DeviceError(.initialise, "device \(device.address) is not a filter wheel: it has no rotary travel")
        }
        return Int((cycle / index).rounded(.down))
    }
}

extension ZaberDevice {
    func filterWheel(on line: SerialLine) throws -> PolledWheel {
        let commands = ZaberWheel(device: self)
        let found = try line.perform { lines in
            guard try axisCount(lines) == 1 else {
                throw DeviceError(.initialise, "device \(address) is not a filter wheel: it has several axes")
            }
            return (positions: try commands.positionCount(lines), facts: try facts(lines))
        }
        return PolledWheel("ZaberFilterWheel", commands, positions: found.positions, on: line, settings: found.facts)
    }
}

/// A lamp of a Zaber illuminator X-LCA; its power is a flux.
public struct ZaberLamp: LightCommands {
    public static let typeName = "ZaberLED"
    public static let isLaser = false

    let device: ZaberDevice
    /// Counted from 1.
    let number: Int

    /// Lamps are switched off by the preparation of the line.
    public func identify(_ lines: LineProtocol) throws -> String { try device.text("system.serial", lines) }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        0...(try device.ask("get lamp.flux.max", axis: number, lines) { $0.data.number.flatMap { $0 > 0 ? $0 : nil } })
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? {
        try device.number("lamp.flux", axis: number, lines)
    }
    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        try device.number("lamp.flux", axis: number, lines)
    }
    public var powerStep: Double { 0.001 }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        try device.tell("set lamp.flux \(power.text(places: 3))", axis: number, lines)
    }

    /// The answer to `lamp.status`; a lamp that is not plugged in answers `NA`.
    enum State: String { case off = "1", on = "2", fault = "3" }

    private func state(_ lines: LineProtocol) throws -> State {
        try device.ask("get lamp.status", axis: number, lines) { State(rawValue: $0.data) }
    }

    public func isOn(_ lines: LineProtocol) throws -> Bool { try state(lines) == .on }
    public func switchOn(_ lines: LineProtocol) throws { try device.tell("lamp on", axis: number, lines) }
    public func switchOff(_ lines: LineProtocol) throws { try device.tell("lamp off", axis: number, lines) }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        try state(lines) == .fault ? "the lamp has a fault" : nil
    }

    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0) ? "on" : "off" },
            StatusRow("flux") { try device.text("lamp.flux", axis: number, $0) },
            StatusRow("temperature") { "\(try device.text("lamp.temperature", axis: number, $0)) °C" },
            StatusRow("fault") { try obstacle($0) ?? "none" },
        ]
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        let fixed = try line.perform { lines in
            try [("wavelength peak", "lamp.wavelength.peak"), ("wavelength fwhm", "lamp.wavelength.fwhm")].map {
                (name: $0, value: try device.number($1, axis: number, lines))
            }
        }
        return [
            Setting(
                "temperature",
                on: line,
                in: -273.15...1000,
                get: { try device.number("lamp.temperature", axis: number, $0) }
            )
        ] + fixed.map { name, value in Setting(name, in: 0...100_000, get: { value }) }
    }
}

extension ZaberDevice {
    /// The numbers of the connected lamps.
    func lamps(_ lines: LineProtocol) throws -> [Int] {
        let states = try ask("get lamp.status", lines) { reply in
            let words = reply.data.split(separator: " ").map(String.init)
            let isAnswer = !words.isEmpty && words.allSatisfy { $0 == "NA" || ZaberLamp.State(rawValue: $0) != nil }
            return isAnswer ? words : nil
        }
        return states.enumerated().filter { $0.element != "NA" }.map { $0.offset + 1 }
    }

    /// Switches all lamps off.
    func ensureOff(_ lines: LineProtocol) throws {
        try lamps(lines).attemptEach { try ZaberLamp(device: self, number: $0).ensureOff(lines) }
    }

    func ledController(on line: SerialLine) throws -> SerialController {
        let found = try line.perform { (lamps: try lamps($0), facts: try facts($0)) }
        let devices = try found.lamps.map { number in
            let lamp = try SerialLight(ZaberLamp(device: self, number: number), on: line, ownsLine: false)
            return (name: "LED\(number)", device: lamp as any Device)
        }
        return SerialController("ZaberLEDController", devices, on: line, settings: found.facts, ownsLine: false)
    }
}
