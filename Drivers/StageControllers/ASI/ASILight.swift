public import Devices
public import Transports

/// A lamp at an ASI controller.
public final class ASILight: LightSource, OnlyTriggersBulbOnSoftware, SerialDevice {
    public let typeName = "ASILED"
    public let line: SerialLine
    public var enabledSession: Int?
    public var setPoint: Double
    private let lamp: ASILamp
    /// Whether it has been shut down, and switched off before that or else said why not.
    private var isGivenUp = false

    /// Takes a lamp as it is: one that was left on is in use.
    init(_ lamp: ASILamp, on line: SerialLine) throws {
        (self.lamp, self.line) = (lamp, line)
        let percent = try line.perform(lamp.percent)
        setPoint = Double(percent) / 100
        isEnabled = percent > 0
    }

    public func performEnable() throws { try setPercent(of: setPoint) }

    public func performDisable() throws {
        guard !isGivenUp else { return }
        do { try line.perform(lamp.ensureOff) } catch {
            throw DeviceError(
                .failed,
                "\(lamp.name) of \(line.title) could not be switched off, and whether light comes out is unknown",
                cause: error
            )
        }
    }

    public func performShutdown() { isGivenUp = true }

    public var isOn: Bool { get throws { try percent > 0 } }
    public var measuredPower: Double { get throws { Double(try percent) / 100 } }

    private var percent: Int {
        get throws {
            if isGivenUp { throw DeviceError(.disabled, "\(lamp.name) has been shut down and cannot be asked") }
            do { return try line.perform(lamp.percent) } catch {
                throw DeviceError(.failed, "whether light comes out is unknown", cause: error)
            }
        }
    }

    /// While it is off the power is kept for later: for the lamp power is light.
    public func performSetPower(_ power: Double) throws { if isEnabled { try setPercent(of: power) } }

    private func setPercent(of power: Double) throws {
        let wanted = Int((power * 100).rounded())
        try line.perform { lines in
            try lamp.setPercent(wanted, lines)
            let found = try lamp.percent(lines)
            guard found == wanted else {
                throw DeviceError(
                    .failed,
                    "\(lamp.name) of \(line.title) was to be set to \(wanted) % and took \(found) %"
                )
            }
        }
    }

    public var status: [String] {
        do { return ["emission: \(try isOn ? "on" : "off")", "power: \(try percent) %"] } catch { return ["\(error)"] }
    }
}
