public import Transports

/// The controls that all simulated lasers have in common.
public protocol SimulatedLaser: SimulatedInstrument {
    /// Whether the interlock loop is open, which keeps the light off.
    var isInterlockOpen: Bool { get set }
    /// Whether the key switch allows emission.
    var isKeyOn: Bool { get set }
    /// Whether emission is switched on, by command or by the laser itself.
    var isSwitchedOn: Bool { get }
    /// Whether light comes out, or would as soon as the gate signal arrives.
    func isEmitting(at now: ContinuousClock.Instant) -> Bool
    /// Starts to emit without a command, as the key or autostart makes a laser do.
    mutating func startByItself()
    /// Resets the set point to full power, as a power cut may do.
    mutating func forgetPower()
    /// Resets the trigger and the modulation to those at power-up.
    mutating func forgetTrigger()
}

extension SimulatedLaser {
    public mutating func forgetTrigger() {}
}
