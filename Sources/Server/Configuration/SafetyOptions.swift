internal import Devices

/// The safety rules of a device: what happens to its light when a client is lost or time runs out, and to a hanging call.
public struct SafetyOptions: Sendable, Hashable {
    /// The rule for light whose owner has disconnected; nil for the default of the kind of light: off after 10 s for
    /// lasers, keep for lamps.
    public var onClientLost: ClientLossRule?
    /// The longest time that light may stay on without a new command; nil for no limit.
    public var lightLimit: Duration?
    /// The rule for a call that hangs; nil for the default of the kind: restart for cameras and light sources,
    /// report for all others.
    public var onHang: HangRule?
    /// How long opening the device may take; nil for 60 s.
    ///
    /// After that it counts as a call that hangs.
    public var openLimit: Duration?

    public init(
        onClientLost: ClientLossRule? = nil,
        lightLimit: Duration? = nil,
        onHang: HangRule? = nil,
        openLimit: Duration? = nil
    ) {
        (self.onClientLost, self.lightLimit) = (onClientLost, lightLimit)
        (self.onHang, self.openLimit) = (onHang, openLimit)
    }

    var openingLimit: Duration { openLimit ?? OpeningWatch.usualLimit }
}

/// The rule for light whose owner has disconnected.
public enum ClientLossRule: Sendable, Hashable {
    /// The light goes off unless its owner reconnects within this time.
    case off(after: Duration)
    case keep

    /// The default for lasers.
    public static let standard = off(after: .seconds(10))
}

/// The rule for a call that is still unanswered after its deadline.
///
/// Light is switched off first in any case.
public enum HangRule: String, Sendable, Hashable, CaseIterable {
    /// The device's process is replaced.
    case restart
    /// The log and the status report it, and the call goes on.
    case report
}

/// The conditions under which a light may be on.
public struct Interlock: Sendable, Hashable {
    public var light: DevicePath
    /// All of them must hold; a condition that cannot be read does not hold.
    public var conditions: [InterlockCondition]
    public var place: Place

    public init(light: DevicePath, while conditions: [InterlockCondition], place: Place) {
        (self.light, self.conditions, self.place) = (light, conditions, place)
    }

    /// An interlock of a program.
    public init(
        light: DevicePath,
        while conditions: [InterlockCondition],
        file: String = #fileID,
        line: Int = #line
    ) {
        self.init(light: light, while: conditions, place: Place(file: file, line: line))
    }
}

/// One condition of an interlock: the state that a device must have.
public struct InterlockCondition: Sendable, Hashable, CustomStringConvertible {
    public enum State: Sendable, Hashable {
        /// A digital line, from 0, with its level.
        case line(Int, is: Bool)
        /// A filter wheel at one of these positions, from 0.
        case position(Set<Int>)
        /// A stage whose axis is in a range, limits included.
        case axis(String, within: ClosedRange<Double>)
        case enabled(Bool)
    }

    public var device: DevicePath
    public var state: State

    public init(_ device: DevicePath, _ state: State) { (self.device, self.state) = (device, state) }

    /// The condition as messages show it: `line 0 of Lid is true`.
    public var description: String {
        switch state {
        case .line(let line, let level): "line \(line) of \(device) is \(level)"
        case .position(let positions):
            "\(device) is at position \(positions.sorted().map { "\($0)" }.joined(separator: " or "))"
        case .axis(let axis, let range):
            "axis \(axis) of \(device) is from \(range.lowerBound) to \(range.upperBound)"
        case .enabled(let isEnabled): "\(device) is \(isEnabled ? "enabled" : "disabled")"
        }
    }
}

/// A device of the configuration, or one of its parts: `Stand.camera`.
public struct DevicePath: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The name in the configuration.
    public var name: String
    /// The path of the part, such as `.camera`; empty for the device itself.
    public var part: String

    public init(name: String, part: String = "") { (self.name, self.part) = (name, part) }

    /// A device itself, by its name.
    public init(stringLiteral name: String) { self.init(name: name) }

    public var description: String { name + part }
}

// MARK: Reading

extension Expectation<Duration> {
    /// A time with a unit or in seconds: `10 min`, `500 ms`, `30`.
    static func time(in range: ClosedRange<Double>, _ example: String) -> Self {
        Expectation("a time such as \(example)", isFit: { range.contains($0 / .seconds(1)) }) { scalar in
            scalar.seconds.flatMap { range.contains($0) ? .seconds($0) : nil }
        }
    }
}

extension Expectation<ClientLossRule> {
    /// `keep`, `off`, or `off after 10 s`.
    static var clientLossRule: Self {
        Expectation("keep, off, or a time up to an hour such as off after 10 s") { scalar in
            switch scalar.text {
            case "keep": return .keep
            case "off": return .off(after: .zero)
            default:
                let start = "off after "
                guard scalar.text.hasPrefix(start) else { return nil }
                let time = Scalar(plain: String(scalar.text.dropFirst(start.count)))
                return time.seconds.flatMap { (0...3600).contains($0) ? .off(after: .seconds($0)) : nil }
            }
        }
    }
}

extension Section {
    /// The safety rules of a device or of the file, over those that it inherits.
    func safetyOptions(over defaults: SafetyOptions) -> SafetyOptions {
        var options = given("safety") ?? defaults
        if let rule = read("on_client_lost", .clientLossRule) { options.onClientLost = rule }
        if value("light_limit")?.scalar?.text == "none" {
            options.lightLimit = nil
        } else if let limit = read("light_limit", Expectation<Duration>.time(in: 1...604_800, "10 min (or none)")) {
            options.lightLimit = limit
        }
        if let rule = read("on_hang", Expectation<HangRule>.word) { options.onHang = rule }
        if let limit = read("open_limit", Expectation<Duration>.time(in: 1...3600, "60 s")) {
            options.openLimit = limit
        }
        if let limit = options.lightLimit, limit <= .zero {
            report(position(of: "safety").error("the light limit must be longer than zero"))
        }
        return options
    }
}

extension DefinitionReader {
    /// The interlocks of a file or a program, for devices of these definitions.
    func interlocks(of file: Section, _ devices: [ConfiguredDevice]) -> [Interlock] {
        if let given: [Interlock] = file.given("interlocks") {
            for interlock in given {
                let node = ConfigurationNode(content: .placeholder, place: interlock.place, path: [])
                checkLight(interlock.light, node, devices)
                for condition in interlock.conditions {
                    check(condition.device, condition.state.kind, node, devices)
                }
                if interlock.conditions.isEmpty { reader.report(node.error("the interlock has no conditions")) }
            }
            return given
        }
        guard let list = file.value("interlocks") else { return [] }
        return reader.items(of: list, "a list of interlocks").compactMap { node in
            reader.section(node) { interlock(in: $0, devices) }
        }
    }

    private func interlock(in entry: Section, _ devices: [ConfiguredDevice]) -> Interlock? {
        let light = entry.require("light", .device(among: reserved.allNames))
        if let light { checkLight(light, entry.position(of: "light"), devices) }
        let conditions = reader.items(of: entry.requiredValue("while"), "a list of conditions")
            .compactMap { node in reader.section(node) { condition(in: $0, devices) } }
        return light.map { Interlock(light: $0, while: conditions, place: entry.node.place) }
    }

    private func condition(in entry: Section, _ devices: [ConfiguredDevice]) -> InterlockCondition? {
        let device = entry.require("device", .device(among: reserved.allNames))
        let keys = ["line", "position", "axis", "enabled"]
        let given = keys.filter { entry.value($0) != nil }
        guard given.count == 1, let key = given.first else {
            reader.report(entry.node.error("expected one of \(keys.joined(separator: ", ")) beside 'device'"))
            _ = (entry.value("is"), entry.value("within"))
            return nil
        }
        guard let state = state(key, in: entry), let device else { return nil }
        check(device, state.kind, entry.position(of: "device"), devices)
        return InterlockCondition(device, state)
    }

    private func checkLight(_ light: DevicePath, _ node: ConfigurationNode, _ devices: [ConfiguredDevice]) {
        check(light, nil, node, devices)
        guard let kind = kind(of: light, devices), !kind.mayHaveLight else { return }
        reader.report(node.error("expected a light source, but \(light) is a \(kind.rawValue)"))
    }

    /// Reports a device that does not exist or is of another kind.
    private func check(
        _ device: DevicePath,
        _ kind: DeviceKind?,
        _ node: ConfigurationNode,
        _ devices: [ConfiguredDevice]
    ) {
        if !reserved.allNames.contains(device.name) {
            reader.report(node.error("there is no device " + Suggestion(device.name, among: reserved.allNames).text))
        } else if let kind, let found = self.kind(of: device, devices), found != kind {
            reader.report(node.error("expected a \(kind.rawValue), but \(device) is a \(found.rawValue)"))
        }
    }

    private func state(_ key: String, in entry: Section) -> InterlockCondition.State? {
        switch key {
        case "line":
            let line = entry.require("line", .integer(in: 0...9999))
            let level = entry.read("is", .bool) ?? true
            return line.map { .line($0, is: level) }
        case "position":
            let node = entry.requiredValue("position")
            var nodes = [node]
            if case .list = node.content { nodes = reader.items(of: node, "a list of positions") }
            let positions = nodes.compactMap { reader.value(of: $0, .integer(in: 0...9999)) }
            return positions.isEmpty ? nil : .position(Set(positions))
        case "axis":
            let axis = entry.require("axis", .nonEmptyText)
            let node = entry.requiredValue("within")
            let limits = reader.items(of: node, "a lower and an upper limit")
                .compactMap { reader.value(of: $0, Expectation<Double>.number()) }
            guard let axis, !node.isPlaceholder else { return nil }
            guard limits.count == 2, limits[0] <= limits[1] else {
                reader.report(node.error("expected a lower and an upper limit, such as [0, 100]"))
                return nil
            }
            return .axis(axis, within: limits[0]...limits[1])
        default: return entry.require("enabled", .bool).map { .enabled($0) }
        }
    }

    /// The kind of a device; nil for a part, whose kind only the open device knows.
    private func kind(of path: DevicePath, _ devices: [ConfiguredDevice]) -> DeviceKind? {
        path.part.isEmpty ? devices.first { $0.name == path.name }?.driver.kind : nil
    }
}

extension InterlockCondition.State {
    /// The kind of device that has such a state; nil for any.
    fileprivate var kind: DeviceKind? {
        switch self {
        case .line: .digitalIO
        case .position: .filterWheel
        case .axis: .stage
        case .enabled: nil
        }
    }
}

extension DeviceKind {
    /// Whether a device of the kind may have light: also by a digital output, or a pulse generator.
    fileprivate var mayHaveLight: Bool {
        switch self {
        case .lightSource, .digitalIO, .controller, .other: true
        case .camera, .filterWheel, .stage, .deformableMirror, .valueLogger: false
        }
    }
}
