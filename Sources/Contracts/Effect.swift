public import Devices

/// An effect of a trial on a device and its surroundings, from harmless to dangerous.
public enum Effect: String, Sendable, CaseIterable {
    /// Sets each of the choices that the device offers.
    case settings
    /// Takes images.
    case images
    /// Changes the levels of output lines, and so the devices wired to them.
    case output
    /// Moves a wheel to all positions, a stage by a hundredth of its range, a mirror near its middle.
    case motion
    /// Moves a stage to both ends of its range.
    case travel
    /// Switches light on.
    case light

    /// The effects of enabling a device.
    static func ofEnabling(_ device: any Device) -> Set<Effect> {
        var effects: Set<Effect> = []
        if device is any LightSource { effects.insert(.light) }
        if device is any LightGate { effects.formUnion([.output, .light]) }
        // Unknown counts as moving.
        if let stage = device as? any Stage, (try? stage.mayMoveOnEnable) ?? true { effects.insert(.motion) }
        if let controller = device as? any Controller {
            for (_, device) in controller.devices { effects.formUnion(ofEnabling(device)) }
        }
        return effects
    }
}

extension Effect {
    /// The effects that a person at the microscope has to allow: they can hurt an eye, an objective or devices wired to
    /// a line.
    public static let dangerous: [Effect] = [.output, .motion, .travel, .light]

    /// The actions of a device and of those on its wire when all contracts are tried, one sentence each.
    ///
    /// Example: `Stand.wheel goes to each of its 6 positions, and back`. Empty if no contract has this effect on them.
    ///
    /// - Parameter name: the name of the device.
    public func doings(of device: any Device, called name: String) -> [String] {
        device.parts.compactMap { path, part in
            guard Contract.all(for: part).contains(where: { $0.effects(on: part).contains(self) }) else { return nil }
            // The effects on a controller are those on its devices, each of which has its own sentence.
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
