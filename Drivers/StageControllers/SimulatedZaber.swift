internal import Transports

/// A simulated Zaber device, with the commands and settings of the Zaber ASCII Protocol Manual that its kind has.
public struct SimulatedZaber: Sendable, Codable {
    public let kind: ZaberOptions.Kind
    public let serialNumber: Int
    public var motors: [SimulatedMotor]
    /// Whether each axis has a reference position.
    public var areHomed: [Bool]
    /// A warning flag, apart from those for a missing reference and a disabled driver.
    public var warning = "--"
    /// Whether another program has parked it, so that it does not move.
    public var isParked = false
    /// The axes that another program has coupled, from 1, in its only lockstep group; empty without any.
    public var coupledAxes: [Int] = []
    /// Whether its motor drivers have been disabled.
    public var isDriverDisabled = false
    /// The state of each lamp: 1 off, 2 on, 3 fault.
    public var lamps: [Int] = []
    /// The lamps that ignore commands.
    public var stuckLamps: Set<Int> = []
    public var fluxes: [Double] = []
    /// The settings that hold nothing but their value.
    public var settings = [
        "comm.alert": "0", "comm.checksum": "0", "comm.protocol": "2", "comm.rs232.baud": "115200", "comm.echo": "0",
        "comm.packet.size.max": "80", "comm.command.packets.max": "1", "comm.next.owner": "0", "system.access": "1",
        "system.led.enable": "1", "device.hw.modified": "0", "system.voltage": "24.1", "system.temperature": "31.2",
        "knob.enable": "1", "accel": "205", "resolution": "64", "motion.accelonly": "205", "motion.decelonly": "205",
        "driver.current.run": "50", "driver.current.hold": "30", "limit.home.pos": "0", "parking.state": "0",
    ]
    static let indexDistance = 10_000.0

    public init(_ kind: ZaberOptions.Kind, serialNumber: Int) {
        self.kind = kind
        self.serialNumber = serialNumber
        switch kind {
        case .stage: motors = Array(repeating: SimulatedMotor(0...305_381, speed: 1_000_000), count: 2)
        case .filterWheel: motors = [SimulatedMotor(0...60_000, speed: 500_000, at: 0)]
        case .ledController:
            motors = []
            (lamps, fluxes) = ([1, 1], [0, 0])
        }
        areHomed = motors.map { _ in true }
    }

    var sendsChecksums: Bool { settings["comm.checksum"] == "1" }

    /// When the axes that move will stop, if the device reports that by itself.
    func alerts(_ now: ContinuousClock.Instant) -> [(end: ContinuousClock.Instant, axis: Int)] {
        guard settings["comm.alert"] == "1" else { return [] }
        return motors.indices.filter { motors[$0].isMoving(at: now) }.map { (motors[$0].end, $0 + 1) }
    }

    /// The result of a command: data, or the reason of a rejection.
    private enum Answer {
        case data(String)
        case rejected(String)
        static let done = Answer.data("0")
    }

    /// The part of a reply after the address, the axis and the message ID.
    mutating func reply(_ words: [String], axis: Int, at now: ContinuousClock.Instant) -> String {
        let count = max(motors.count, lamps.count)
        guard axis <= count else { return state("RJ", [], now) + "BADAXIS" }
        let axes = axis == 0 ? Array(0..<count) : [axis - 1]
        switch answer(words, axes, now) {
        case .data(let data): return state("OK", axes, now) + data
        case .rejected(let reason): return state("RJ", axes, now) + reason
        }
    }

    private func state(_ flag: String, _ axes: [Int], _ now: ContinuousClock.Instant) -> String {
        let moving = axes.contains { motors.indices.contains($0) && motors[$0].isMoving(at: now) }
        return "\(flag) \(moving ? "BUSY" : "IDLE") \(warnings(axes).first ?? "--") "
    }

    /// The warning flags, the most important one first.
    private func warnings(_ axes: [Int]) -> [String] {
        let isHomed = axes.allSatisfy { !areHomed.indices.contains($0) || areHomed[$0] }
        return (isDriverDisabled ? ["FD"] : []) + (warning == "--" ? [] : [warning]) + (isHomed ? [] : ["WR"])
    }

    private mutating func answer(_ words: [String], _ axes: [Int], _ now: ContinuousClock.Instant) -> Answer {
        switch (words.first, words.count) {
        case (nil, _): return .done
        case ("get", 2): return setting(words[1], axes, now).map(Answer.data) ?? .rejected("BADCOMMAND")
        case ("set", 3): return set(words[1], words[2], axes)
        case ("warnings", _) where words.count == 1 || words == ["warnings", "clear"]:
            let flags = warnings(axes)
            if words.count == 2 { warning = "--" }
            return .data((["0\(flags.count)"] + flags).joined(separator: " "))
        case ("lamp", 2) where !lamps.isEmpty && ["on", "off"].contains(words[1]):
            for axis in axes where lamps[axis] != 3 && !stuckLamps.contains(axis) {
                lamps[axis] = words[1] == "on" ? 2 : 1
            }
            return .done
        case ("stop", 1), ("estop", 1):
            for axis in axes where motors.indices.contains(axis) { motors[axis].halt(at: now) }
            return .done
        case ("home", 1), ("move", _):
            guard axes.allSatisfy({ !coupledAxes.contains($0 + 1) }) else { return .rejected("LOCKSTEP") }
            return moveOrHome(words, axes, now)
        case ("lockstep", 3...) where motors.count > 1: return lockstep(Array(words.dropFirst()), now)
        case ("driver", 2) where !motors.isEmpty && ["enable", "disable"].contains(words[1]):
            isDriverDisabled = words[1] == "disable"
            return .done
        case ("tools", 2...): return tools(Array(words.dropFirst()))
        case ("identify", 1): return .done
        case ("system", 2) where ["reset", "restore", "factoryreset"].contains(words[1]):
            reset(now)
            return .done
        default: return .rejected("BADCOMMAND")
        }
    }

    private mutating func moveOrHome(_ words: [String], _ axes: [Int], _ now: ContinuousClock.Instant) -> Answer {
        guard !motors.isEmpty, words[0] == "home" || words.count > 1 else { return .rejected("BADCOMMAND") }
        return words[0] == "home" ? home(axes, now) : move(words[1], words.dropFirst(2).map(\.number), axes, now)
    }

    /// `lockstep 1 setup enable 1 2` and the commands to a group, whose axes take no others (Zaber, ASCII protocol).
    private mutating func lockstep(_ words: [String], _ now: ContinuousClock.Instant) -> Answer {
        guard words[0] == "1" else { return .rejected("BADDATA") }
        let axes = coupledAxes.map { $0 - 1 }
        switch (words[1], words.dropFirst(2).first) {
        case ("setup", "enable"):
            let numbers = words.dropFirst(3).compactMap { $0.code() }
            let areThere = numbers.allSatisfy { (1...motors.count).contains($0) }
            guard axes.isEmpty, numbers.count > 1, Set(numbers).count == words.count - 3, areThere else {
                return .rejected("BADDATA")
            }
            coupledAxes = numbers
            return .done
        case ("setup", "disable"):
            coupledAxes = []
            return .done
        // The axes, then offset and twist of each but the first.
        case ("info", nil):
            let others = Array(repeating: "0 0", count: max(0, axes.count - 1))
            return .data(axes.isEmpty ? "disabled" : (coupledAxes.map(String.init) + others).joined(separator: " "))
        case ("stop", nil):
            for axis in axes { motors[axis].halt(at: now) }
            return .done
        case ("home", nil), ("move", _?):
            return axes.isEmpty ? .rejected("BADDATA") : moveOrHome(Array(words.dropFirst()), axes, now)
        default: return .rejected("BADCOMMAND")
        }
    }

    private mutating func tools(_ words: [String]) -> Answer {
        switch words {
        case let echo where echo.first == "echo":
            return .data(echo.count == 1 ? "0" : echo.dropFirst().joined(separator: " "))
        case ["parking", "park"], ["parking", "unpark"]:
            isParked = words[1] == "park"
            return .done
        case ["parking", "state"]: return .data(isParked ? "1" : "0")
        default: return .rejected("BADCOMMAND")
        }
    }

    /// Restarts the device, which loses its reference positions and switches its lamps off.
    private mutating func reset(_ now: ContinuousClock.Instant) {
        for axis in motors.indices { motors[axis].halt(at: now) }
        areHomed = motors.map { _ in false }
        lamps = lamps.map { $0 == 3 ? 3 : 1 }
        (warning, isDriverDisabled) = ("--", false)
    }

    // MARK: Moves

    private var obstruction: String? { isParked ? "PARKED" : isDriverDisabled ? "DRIVERDISABLED" : nil }

    private mutating func home(_ axes: [Int], _ now: ContinuousClock.Instant) -> Answer {
        if let obstruction { return .rejected(obstruction) }
        for axis in axes {
            motors[axis].run(forward: false, at: now)
            areHomed[axis] = true
        }
        return .done
    }

    private mutating func move(_ way: String, _ values: [Double?], _ axes: [Int], _ now: ContinuousClock.Instant)
        -> Answer
    {
        if let obstruction { return .rejected(obstruction) }
        let isFree = ["max", "min", "vel"].contains(way)
        guard isFree || ["abs", "rel", "index"].contains(way) else { return .rejected("BADCOMMAND") }
        guard way == "max" || way == "min" ? values.isEmpty : values.first.flatMap({ $0 }) != nil else {
            return .rejected("BADDATA")
        }
        let value = values.first.flatMap { $0 } ?? 0
        for axis in axes {
            if isFree {
                if way == "vel", value == 0 {
                    motors[axis].halt(at: now)
                } else {
                    motors[axis].run(forward: way == "max" || way == "vel" && value > 0, at: now)
                }
                continue
            }
            let place = motors[axis].position(at: now)
            let target = way == "abs" ? value : way == "rel" ? place + value : (value - 1) * Self.indexDistance
            // The end of a wheel's travel is its first position.
            let isThere = kind == .filterWheel ? target < motors[axis].ends.upperBound : way != "index"
            guard areHomed[axis], motors[axis].ends.contains(target), isThere else { return .rejected("BADDATA") }
            motors[axis].move(to: target, at: now)
            if motors[axis].obstacle != nil { warning = "FS" }
        }
        return .done
    }

    // MARK: Settings

    private func setting(_ name: String, _ axes: [Int], _ now: ContinuousClock.Instant) -> String? {
        switch name {
        // The second form is that of firmware 6.
        case "device.id", "deviceid": return "50105"
        case "system.serial": return "\(serialNumber)"
        case "version": return "7.13"
        case "version.build": return "1"
        case "system.axiscount": return "\(motors.isEmpty ? lamps.count : motors.count)"
        case let name where name.hasPrefix("comm.") || name.hasPrefix("system.") || name.hasPrefix("device."):
            return settings[name]
        default: break
        }
        let values = axes.compactMap { axis in
            motors.indices.contains(axis)
                ? motorSetting(name, axis, now) ?? settings[name] : lampSetting(name, axis)
        }
        return values.count == axes.count ? values.joined(separator: " ") : nil
    }

    private func motorSetting(_ name: String, _ axis: Int, _ now: ContinuousClock.Instant) -> String? {
        let motor = motors[axis]
        let place = motor.position(at: now)
        switch name {
        case "pos": return place.text(places: 0)
        case "limit.min", "limit.home.preset": return motor.ends.lowerBound.text(places: 0)
        case "limit.max", "limit.away.preset": return motor.ends.upperBound.text(places: 0)
        case "limit.home.triggered": return areHomed[axis] ? "1" : "0"
        case "limit.home.state": return place <= motor.ends.lowerBound ? "1" : "0"
        case "maxspeed": return motor.speed.text(places: 0)
        case "peripheral.id", "peripheralid": return "0"
        case "limit.cycle.dist": return kind == .filterWheel ? "60000" : "0"
        case "motion.index.dist": return kind == .filterWheel ? Self.indexDistance.text(places: 0) : "0"
        case "motion.index.num":
            let index = place / Self.indexDistance
            return index == index.rounded() ? (index + 1).text(places: 0) : "0"
        default: return nil
        }
    }

    private func lampSetting(_ name: String, _ axis: Int) -> String? {
        guard lamps.indices.contains(axis) else { return nil }
        switch name {
        case "lamp.status": return "\(lamps[axis])"
        case "lamp.flux": return fluxes[axis].text(places: 3)
        case "lamp.flux.max": return "2.500"
        case "lamp.temperature": return "25.3"
        case "lamp.wavelength.peak": return axis == 0 ? "470" : "565"
        case "lamp.wavelength.fwhm": return "20"
        default: return nil
        }
    }

    private static let readOnly: Set = [
        "comm.packet.size.max", "comm.command.packets.max", "device.hw.modified", "system.voltage",
        "system.temperature",
    ]

    private mutating func set(_ name: String, _ text: String, _ axes: [Int]) -> Answer {
        guard let value = text.number else { return .rejected("BADDATA") }
        if settings[name] != nil, !Self.readOnly.contains(name) {
            settings[name] = text
            return .done
        }
        for axis in axes {
            switch name {
            case "lamp.flux" where lamps.indices.contains(axis):
                guard 0...2.5 ~= value else { return .rejected("BADDATA") }
                fluxes[axis] = value
            case "maxspeed" where motors.indices.contains(axis):
                guard value > 0 else { return .rejected("BADDATA") }
                motors[axis].speed = value
            case "pos" where motors.indices.contains(axis):
                motors[axis].count(from: value, at: .now)
                areHomed[axis] = true
            default: return .rejected("BADCOMMAND")
            }
        }
        return .done
    }
}
