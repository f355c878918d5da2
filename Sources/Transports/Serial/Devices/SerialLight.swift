public import Devices
internal import Threads

/// A light source on a serial line, with the rules that all of them keep.
///
/// - Light is off when the line has been opened, at first unless `leave_as_is` says otherwise, and whenever it was lost
///   and is back; it is then no longer enabled.
/// - Whether it is on is asked each time and never assumed: without an answer that is an error, and never "off".
/// - Switching on and off are checked. What could not be switched on for certain is switched off.
/// - Powers are fractions of the most that the device can do. What was set is read back, and set again before light
///   comes if the port was lost meanwhile: the device may have been without current, and come up with another power.
public final class SerialLight<Commands: LightCommands>: LightSource, SerialDevice {
    public let line: SerialLine
    public let commands: Commands
    /// In the device's own unit.
    public let powerRange: ClosedRange<Double>
    public let settings: [Setting]
    public var enabledSession: Int?
    public var setPoint: Double
    /// The session of the line in which the device was last known to be set to the set point; nil if it never was.
    private var powerSession: Int?
    private let ownsLine: Bool
    /// Whether it has been shut down, and switched off before that or else said why not.
    private var isGivenUp = false

    /// Takes a light source whose line has been opened.
    ///
    /// - Parameter ownsLine: whether the line ends with this device, as it does not if a controller shares it out.
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
        // Left on as it was found, it is in use.
        isEnabled = found.2
    }

    public var typeName: String { Commands.typeName }

    // MARK: On and off

    public func performEnable() throws {
        try line.perform { lines in
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
                throw DeviceError(.failed, "\(line.title) does not switch on, for \(obstacle)", cause: error)
            }
        }
    }

    private func waitUntilOn(_ lines: LineProtocol) throws {
        let end = ContinuousClock.now + commands.switchingTime
        while try !commands.isOn(lines) {
            if let obstacle = try commands.obstacle(lines) {
                throw DeviceError(.failed, "\(line.title) does not switch on, for \(obstacle)")
            }
            guard ContinuousClock.now < end else {
                throw DeviceError(.failed, "\(line.title) does not switch on, and does not say why")
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
                "\(line.title) could not be switched off, and whether light comes out is unknown",
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

    /// Sets the nearest power that the device can do, which for some is never 0.
    public func performSetPower(_ fraction: Double) throws { try line.perform { try setPower(fraction, $0) } }

    private func setPower(_ fraction: Double, _ lines: LineProtocol) throws {
        let power = devicePower(fraction)
        try commands.setPower(power, lines)
        if let found = try commands.setPoint(lines), !isNear(found, power) {
            throw DeviceError(.failed, "\(line.title) was to be set to a power of \(power) and took \(found)")
        }
        powerSession = line.session
    }

    private func devicePower(_ fraction: Double) -> Double {
        max(fraction * powerRange.upperBound, powerRange.lowerBound)
    }

    /// Devices round what they keep.
    private func isNear(_ found: Double, _ power: Double) -> Bool {
        abs(found - power) <= 0.005 * powerRange.upperBound + commands.powerStep
    }

    /// Sets the power once more that a device may have forgotten since.
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
        try line.perform { lines in
            if try commands.triggerType(lines) != type { try commands.setTriggerType(type, lines) }
        }
    }

    public func performTrigger() throws {
        throw DeviceError(.incompatibleState, "trigger does not make sense in trigger mode bulb, only enable")
    }

    // MARK: What it tells

    /// The rows of the commands, up to the first that gets no answer.
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
