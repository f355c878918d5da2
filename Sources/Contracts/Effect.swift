internal import Devices

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
