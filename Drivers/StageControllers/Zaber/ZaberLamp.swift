public import Devices
public import Transports

/// A lamp of a Zaber illuminator X-LCA, whose powers are fluxes.
public struct ZaberLamp: LightCommands {
    public static let typeName = "ZaberLED"

    let device: ZaberDevice
    /// From 1.
    let number: Int

    /// The line's own preparation sees to it for all lamps.
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

    /// The answer to `lamp.status`; one that has none of them is not plugged in (`NA`).
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
    /// The numbers of the lamps that are plugged in.
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
