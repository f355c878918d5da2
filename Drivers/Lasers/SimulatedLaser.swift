public import Transports

/// A simulated laser, as far as all of them are alike.
public protocol SimulatedLaser: SimulatedInstrument {
    /// Whether the contact is open that a door opens, and the light off.
    var isInterlockOpen: Bool { get set }
    /// Whether its key lets it emit.
    var isKeyOn: Bool { get set }
    /// Whether it has been told to emit, or does so by itself.
    var isSwitchedOn: Bool { get }
    /// Whether light comes out, or would with the signal that it waits for.
    func isEmitting(at now: ContinuousClock.Instant) -> Bool
    /// Emits without having been told to, as its key or its autostart make it.
    mutating func startByItself()
    /// Comes up with all the power that it can do, as one may that was without current.
    mutating func forgetPower()
}
