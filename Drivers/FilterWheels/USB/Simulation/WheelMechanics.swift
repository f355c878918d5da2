/// What the languages share: the rotor, the answers that wait to be fetched, the faults.
struct WheelMechanics {
    var rotor: Rotor
    var faults = WheelFaults()
    var answers: [[UInt8]] = []

    init(_ options: SimulatedWheelOptions, at now: ContinuousClock.Instant) {
        rotor = Rotor(
            count: options.positions,
            stepTime: options.stepTime,
            homingTime: options.homingTime,
            at: now
        )
    }

    mutating func powerUp(at now: ContinuousClock.Instant) {
        answers = []
        rotor.home(at: now)
    }

    mutating func fail(_ fault: WheelFault) { faults.add(fault, to: &rotor) }

    /// Puts an answer where it is fetched from.
    mutating func answer(_ bytes: [UInt8]) {
        // A device has no room for more either.
        guard answers.count < 64, let bytes = faults.spoil(bytes) else { return }
        answers.append(bytes)
    }
}
