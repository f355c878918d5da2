public import Devices

/// What a trial puts a device through, and whoever is near it, from the harmless to the dangerous.
public enum Effect: String, Sendable, CaseIterable {
    /// Sets the device to each of the choices that it offers.
    case settings
    /// Takes images.
    case images
    /// Changes the levels of output lines, and what is wired to them.
    case output
    /// Moves: a wheel to all positions, a stage by a hundredth of its range, a mirror about its middle.
    case motion
    /// Moves to both ends of the range.
    case travel
    /// Switches light on.
    case light

    /// What a device does when it is put to use.
    static func ofEnabling(_ device: any Device) -> Set<Effect> {
        var effects: Set<Effect> = []
        if device is any LightSource { effects.insert(.light) }
        if device is any LightGate { effects.formUnion([.output, .light]) }
        // When in doubt it moves.
        if let stage = device as? any Stage, (try? stage.mayMoveOnEnable) ?? true { effects.insert(.motion) }
        if let controller = device as? any Controller {
            for (_, device) in controller.devices { effects.formUnion(ofEnabling(device)) }
        }
        return effects
    }
}

extension Effect {
    /// Those that somebody at the bench has to allow: what may hurt an eye, an objective or what is wired to a line.
    public static let dangerous: [Effect] = [.output, .motion, .travel, .light]

    /// What exactly a device and those on its wire are put through when all contracts are tried, a sentence each.
    ///
    /// `Stand.wheel goes to each of its 6 positions, and back`; none if no contract has this effect on them.
    ///
    /// - Parameter name: what the device is called.
    public func doings(of device: any Device, called name: String) -> [String] {
        device.parts.compactMap { path, part in
            guard Contract.all(for: part).contains(where: { $0.effects(on: part).contains(self) }) else { return nil }
            // What happens to a controller happens to its devices, each of which has its own sentence.
            return part is any Controller ? nil : "\(name)\(path) \(doing(of: part))"
        }
    }

    private func doing(of device: any Device) -> String {
        switch self {
        case .settings: "is set to each of the choices that it offers"
        case .images: "sends data"
        case .output: output(of: device)
        case .motion: motion(of: device)
        case .travel: "goes to both ends of its limits, \(limits(of: device)), one axis after the other, and back"
        case .light:
            "switches light on, again and again, at no more than \(LightSourceContracts.mostPercent) % of its power"
        }
    }

    private func output(of device: any Device) -> String {
        guard let device = device as? any DigitalIO else { return "drives its outputs" }
        let outputs = (0..<max(0, device.lineCount)).filter { (try? device.isOutput($0)) ?? true }
        let lines = outputs.isEmpty ? "none" : outputs.map(String.init).joined(separator: ", ")
        return "sets its outputs (\(lines)) high and low, and makes them inputs for a moment"
    }

    private func motion(of device: any Device) -> String {
        switch device {
        case let wheel as any FilterWheel: "goes to each of its \(wheel.positionCount) positions, and back"
        case let mirror as any DeformableMirror:
            "has its \(mirror.actuatorCount) actuators set to about 0.5, the middle, where they stay"
        case let stage as any Stage:
            ((try? stage.mayMoveOnEnable) ?? true ? "may look for its limits when it is enabled, and " : "")
                + "moves each axis by a hundredth of its range, \(limits(of: stage)), and back"
        default: "moves"
        }
    }

    private func limits(of device: any Device) -> String {
        guard let stage = device as? any Stage else { return "" }
        return stage.axes.map { name, axis in
            guard let limits = try? axis.limits else { return "\(name) (its limits cannot be read)" }
            return "\(name) from \(limits.lower) to \(limits.upper)"
        }
        .joined(separator: ", ")
    }
}
