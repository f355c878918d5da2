public import Transports

/// A simulated chain of Zaber devices.
public struct SimulatedZaberChain: SimulatedLineInstrument {
    public var pendingInput: [UInt8] = []
    public static var commandEnds: [UInt8] { [0x0A] }
    /// The devices by address.
    public var devices: [Int: SimulatedZaber]

    public init(_ devices: ZaberOptions.Devices) {
        self.devices = Dictionary(
            devices.pairs.map { ($0.address, SimulatedZaber($0.kind, serialNumber: 50_000 + $0.address)) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        guard command.hasPrefix("/") else { return [] }
        var words = command.dropFirst().split(separator: " ").map(String.init)
        let address = words.first?.code()
        if address != nil { words.removeFirst() }
        let axis = words.first?.code()
        if axis != nil { words.removeFirst() }
        // Address 0, or none, addresses all devices.
        let meant = devices.keys.sorted().filter { $0 == address || (address ?? 0) == 0 }
        return meant.map { address in
            let reply = devices[address]?.reply(words, axis: axis ?? 0, at: now) ?? ""
            return SimulatedOutput("@\(address < 10 ? "0" : "")\(address) \(axis ?? 0) \(reply)\r\n")
        }
    }
}

/// A simulated Zaber device.
public struct SimulatedZaber: Sendable {
    public let kind: ZaberOptions.Kind
    public let serialNumber: Int
    public var motors: [SimulatedMotor]
    /// Whether each axis has a reference position.
    public var areHomed: [Bool]
    /// The warning flag, apart from the one for a missing reference.
    public var warning = "--"
    /// The state of each lamp: 1 off, 2 on, 3 fault.
    public var lamps: [Int] = []
    /// The lamps that ignore commands.
    public var stuckLamps: Set<Int> = []
    public var fluxes: [Double] = []
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

    /// The part of a reply after the address and the axis.
    mutating func reply(_ words: [String], axis: Int, at now: ContinuousClock.Instant) -> String {
        let count = max(motors.count, lamps.count)
        guard axis <= count else { return state("RJ", [], now) + "BADAXIS" }
        let axes = axis == 0 ? Array(0..<count) : [axis - 1]
        guard let data = answer(words, axes, now) else { return state("RJ", axes, now) + reason(words) }
        return state("OK", axes, now) + data
    }

    private func state(_ flag: String, _ axes: [Int], _ now: ContinuousClock.Instant) -> String {
        let moving = axes.contains { motors.indices.contains($0) && motors[$0].isMoving(at: now) }
        let isHomed = axes.allSatisfy { !areHomed.indices.contains($0) || areHomed[$0] }
        return "\(flag) \(moving ? "BUSY" : "IDLE") \(warning == "--" && !isHomed ? "WR" : warning) "
    }

    private func reason(_ words: [String]) -> String {
        ["move", "set"].contains(words.first) ? "BADDATA" : "BADCOMMAND"
    }

    /// The data of the reply; nil if the command is rejected.
    private mutating func answer(_ words: [String], _ axes: [Int], _ now: ContinuousClock.Instant) -> String? {
        switch (words.first, words.count) {
        case (nil, _): return "0"
        case ("get", 2): return setting(words[1], axes, now)
        case ("set", 3): return set(words[1], words[2], axes) ? "0" : nil
        case ("lamp", 2):
            guard !lamps.isEmpty else { return nil }
            for axis in axes where lamps[axis] != 3 && !stuckLamps.contains(axis) {
                lamps[axis] = words[1] == "on" ? 2 : 1
            }
            return "0"
        case ("home", 1):
            for axis in axes where motors.indices.contains(axis) {
                motors[axis].run(forward: false, at: now)
                areHomed[axis] = true
            }
            return "0"
        case ("stop", 1):
            for axis in axes where motors.indices.contains(axis) { motors[axis].halt(at: now) }
            return "0"
        case ("move", 3): return move(words[1], words[2].number, axes, now) ? "0" : nil
        default: return nil
        }
    }

    private mutating func move(
        _ way: String,
        _ value: Double?,
        _ axes: [Int],
        _ now: ContinuousClock.Instant
    ) -> Bool {
        guard let value else { return false }
        for axis in axes {
            guard motors.indices.contains(axis), areHomed[axis] else { return false }
            let target: Double
            switch way {
            case "abs": target = value
            case "rel": target = motors[axis].position(at: now) + value
            case "index" where kind == .filterWheel && value >= 1: target = (value - 1) * Self.indexDistance
            default: return false
            }
            // The end of a wheel's travel is its first position.
            let isThere = kind == .filterWheel ? target < motors[axis].ends.upperBound : true
            guard motors[axis].ends.contains(target), isThere else { return false }
            motors[axis].move(to: target, at: now)
            if motors[axis].obstacle != nil { warning = "FS" }
        }
        return true
    }

    private func setting(_ name: String, _ axes: [Int], _ now: ContinuousClock.Instant) -> String? {
        switch name {
        case "device.id": return "50105"
        case "system.serial": return "\(serialNumber)"
        case "version": return "7.13"
        case "system.axiscount": return "\(motors.isEmpty ? lamps.count : motors.count)"
        default: break
        }
        let values = axes.compactMap { axis in
            motors.indices.contains(axis) ? motorSetting(name, axis, now) : lampSetting(name, axis)
        }
        return values.count == axes.count ? values.joined(separator: " ") : nil
    }

    private func motorSetting(_ name: String, _ axis: Int, _ now: ContinuousClock.Instant) -> String? {
        let motor = motors[axis]
        let place = motor.position(at: now)
        switch name {
        case "pos": return place.text(places: 0)
        case "limit.min": return motor.ends.lowerBound.text(places: 0)
        case "limit.max": return motor.ends.upperBound.text(places: 0)
        case "limit.home.triggered": return areHomed[axis] ? "1" : "0"
        case "maxspeed": return motor.speed.text(places: 0)
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

    private mutating func set(_ name: String, _ value: String, _ axes: [Int]) -> Bool {
        guard let value = value.number else { return false }
        for axis in axes {
            switch name {
            case "lamp.flux" where lamps.indices.contains(axis) && 0...2.5 ~= value: fluxes[axis] = value
            case "maxspeed" where motors.indices.contains(axis) && value > 0: motors[axis].speed = value
            default: return false
            }
        }
        return true
    }
}
