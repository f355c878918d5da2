public import Devices
internal import Platform

/// A light source on a serial line, with the rules that all of them keep.
///
/// - Light is switched off when the line is opened, the first time unless `leave_as_is` is set, and each time the line
///   comes back; the light source is then no longer enabled.
/// - Whether it is on is asked each time and never assumed. No answer is an error, and never "off".
/// - Switching on and off is checked. If switching on cannot be confirmed, the light is switched off.
/// - Powers are fractions of the device's highest power. A set power is read back. If the port was lost in the meantime,
///   the trigger and the power that clients have set are set again before light comes, since the device may have lost
///   its supply.
public final class SerialLight<Commands: LightCommands>: LightSource, SerialDevice {
    public let line: SerialLine
    public let commands: Commands
    /// In the device's own unit.
    public let powerRange: ClosedRange<Double>
    public let settings: [Setting]
    public var enabledSession: Int?
    public var setPoint: Double
    /// The line's session in which the device was last known to have the set power; nil if it never had.
    private var powerSession: Int?
    /// The trigger type that was set, and the line's session in which it was; nil if none was.
    private var trigger: (type: TriggerType, session: Int)?
    private let ownsLine: Bool
    /// Whether it has been shut down: switched off, or reported as not switched off.
    private var isGivenUp = false

    /// Takes a light source whose line has been opened.
    ///
    /// - Parameter ownsLine: whether the line closes with this device. It does not if devices of a controller share it.
    public init(_ commands: Commands, on line: SerialLine, ownsLine: Bool = true) throws {
        (self.commands, self.line, self.ownsLine) = (commands, line, ownsLine)
        let found = try line.perform { lines in
            let range = try commands.powerRange(lines)
            guard range.lowerBound >= 0, range.upperBound > 0, range.upperBound.isFinite else {
                throw SerialError.odd(answer: "a power from \(range)", to: "what power can you do")
            }
            return (range, try commands.setPoint(lines), try commands.isOn(lines))
        }
        powerRange = found.0
        setPoint = min(max((found.1 ?? 0) / found.0.upperBound, 0), 1)
        settings = try commands.settings(line)
        powerSession = found.1 == nil ? nil : line.session
        // A light that was left on counts as enabled.
        isEnabled = found.2
    }

    public var typeName: String { Commands.typeName }
    public var isLaser: Bool { Commands.isLaser }

    public var callLimits: CallLimits {
        var limits = line.callLimits
        limits.members["enable"] = limits.changing + commands.switchingTime
        return limits
    }

    // MARK: On and off

    public func performEnable() throws {
        try line.perform { lines in
            // The power of some lasers belongs to the trigger.
            try restoreTrigger(lines)
            try restorePower(lines)
            if try commands.isOn(lines) { return }
            do {
                try commands.switchOn(lines)
                try waitUntilOn(lines)
            } catch {
                try switchOff(lines, after: error)
                guard case SerialError.refused = error, let obstacle = try? commands.obstacle(lines) else {
                    throw error
                }
                throw DeviceError(.failed, "\(line.title) did not switch on: \(obstacle)", cause: error)
            }
        }
    }

    private func waitUntilOn(_ lines: LineProtocol) throws {
        let end = ContinuousClock.now + commands.switchingTime
        while try !commands.isOn(lines) {
            if let obstacle = try commands.obstacle(lines) {
                throw DeviceError(.failed, "\(line.title) did not switch on: \(obstacle)")
            }
            guard ContinuousClock.now < end else {
                throw DeviceError(.failed, "\(line.title) did not switch on, and reports no reason")
            }
            Pause.wait(for: .milliseconds(20))
        }
    }

    public func performDisable() throws {
        if !isGivenUp { try line.perform { try switchOff($0) } }
    }

    private func switchOff(_ lines: LineProtocol, after failure: (any Error)? = nil) throws {
        do { try commands.ensureOff(lines) } catch {
            throw DeviceError(
                .failed,
                "\(line.title) could not be switched off; whether light comes out is unknown",
                cause: failure ?? error
            )
        }
    }

    public func performShutdown() {
        isGivenUp = true
        if ownsLine { line.close() }
    }

    public var isOn: Bool {
        get throws {
            if isGivenUp { throw DeviceError(.disabled, "\(line.title) has been shut down and cannot be asked") }
            do { return try line.perform(commands.isOn) } catch {
                throw DeviceError(.failed, "whether light comes out is unknown", cause: error)
            }
        }
    }

    // MARK: Power

    public var measuredPower: Double {
        get throws { try line.perform(commands.measuredPower) / powerRange.upperBound }
    }

    /// Sets the nearest possible power; some devices cannot be set to 0.
    public func performSetPower(_ fraction: Double) throws { try line.perform { try setPower(fraction, $0) } }

    private func setPower(_ fraction: Double, _ lines: LineProtocol) throws {
        let power = devicePower(fraction)
        try commands.setPower(power, lines)
        if let found = try commands.setPoint(lines), !isNear(found, power) {
            throw DeviceError(.failed, "\(line.title) was set to a power of \(power) but reports \(found)")
        }
        powerSession = line.session
    }

    private func devicePower(_ fraction: Double) -> Double {
        max(fraction * powerRange.upperBound, powerRange.lowerBound)
    }

    /// Devices round the power that they store.
    private func isNear(_ found: Double, _ power: Double) -> Bool {
        abs(found - power) <= 0.005 * powerRange.upperBound + commands.powerStep
    }

    /// Sets the power again if the device may have lost it.
    private func restorePower(_ lines: LineProtocol) throws {
        guard let powerSession, powerSession != line.session else { return }
        if let found = try commands.setPoint(lines), isNear(found, devicePower(setPoint)) {
            self.powerSession = line.session
        } else {
            try setPower(setPoint, lines)
        }
    }

    // MARK: Triggers

    public var triggerType: TriggerType { get throws { try line.perform(commands.triggerType) } }
    public var triggerMode: TriggerMode { .bulb }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        guard commands.triggerTypes.contains(type) else {
            let names = commands.triggerTypes.map { "\($0)" }.joined(separator: ", ")
            throw DeviceError(.unsupported, "the only trigger types supported are \(names)")
        }
        guard mode == .bulb else {
            throw DeviceError(.unsupported, "the only trigger mode supported is 'bulb'")
        }
        try line.perform { lines in try setTriggerType(type, lines) }
    }

    /// Sets the trigger, and the power again if the device keeps one for each trigger, as Stradus and Cobolt do.
    private func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        if try commands.triggerType(lines) != type {
            try commands.setTriggerType(type, lines)
            if powerSession == line.session, let found = try commands.setPoint(lines),
                !isNear(found, devicePower(setPoint))
            {
                try setPower(setPoint, lines)
            }
        }
        trigger = (type, line.session)
    }

    /// Sets the trigger again if the device may have lost it: light that is to be gated must not come ungated.
    private func restoreTrigger(_ lines: LineProtocol) throws {
        guard let trigger, trigger.session != line.session else { return }
        try setTriggerType(trigger.type, lines)
    }

    public func performTrigger() throws {
        throw DeviceError(.incompatibleState, "trigger does not make sense in trigger mode bulb, only enable")
    }

    // MARK: Status

    /// The status rows of the commands, up to the first without an answer.
    public var status: [String] {
        do {
            return try line.perform { lines in
                try commands.status.compactMap { row in
                    do { return "\(row.label): \(try row.read(lines))" } catch SerialError.refused { return nil }
                }
            }
        } catch {
            return ["whether light comes out is unknown: \(error)"]
        }
    }

    @RemoteInterfaceBuilder
    public var remoteMembers: [any RemoteMember] {
        lightSourceMembers
        commands.members(of: self)
    }
}
