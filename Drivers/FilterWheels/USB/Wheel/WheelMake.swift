internal import Transports

/// What is true of all wheels of a make.
struct WheelMake: Sendable {
    /// The word in configurations: `zwo-efw`.
    let word: String
    /// What people call it: `ZWO filter wheel`.
    let name: String
    /// The class in Python.
    let typeName: String
    let kinds: [USBKind]
    let pace: WheelPace
    /// How long a move may take, unless the configuration says.
    let moveLimit: Duration
    /// How long it may take to find its place after power-up.
    let startLimit: Duration
    /// How long it may stand somewhere else than it was sent to before that counts as an error.
    let settleTime: Duration
}

/// How often a wheel may be asked for its state.
struct WheelPace: Sendable {
    let interval: Duration
    /// For how long it is left alone once it has been opened, since it may have been switched on only then.
    let quietTime: Duration

    init(interval: Duration, quietTime: Duration = .zero) { (self.interval, self.quietTime) = (interval, quietTime) }
}
