/// A motor of a simulated stage, which runs at one speed between two ends, and has a counter that can be set.
public struct SimulatedMotor: Sendable {
    /// Where the ends are, as the counter stood at the beginning.
    public let ends: ClosedRange<Double>
    /// In units a second.
    public var speed: Double
    /// Where something stands in its way.
    public var obstacle: Double?
    /// What the counter shows less than it did at the beginning.
    private var zero = 0.0
    private var start: Double
    private var target: Double
    private var begin = ContinuousClock.now

    /// - Parameter place: where it stands; in the middle unless given.
    public init(_ ends: ClosedRange<Double>, speed: Double, at place: Double? = nil) {
        self.ends = ends
        self.speed = speed
        start = place ?? (ends.lowerBound + ends.upperBound) / 2
        target = start
    }

    /// What the counter shows.
    public func position(at now: ContinuousClock.Instant = .now) -> Double { place(at: now) - zero }

    public func isMoving(at now: ContinuousClock.Instant = .now) -> Bool { place(at: now) != target }

    /// When it is where it runs to.
    var end: ContinuousClock.Instant { begin + .seconds(abs(target - start) / max(speed, 1)) }

    private func place(at now: ContinuousClock.Instant) -> Double {
        let way = speed * ((now - begin) / .seconds(1))
        return abs(target - start) <= way ? target : start + (target > start ? way : -way)
    }

    public mutating func move(to position: Double, at now: ContinuousClock.Instant) {
        start = place(at: now)
        begin = now
        target = min(max(position + zero, ends.lowerBound), ends.upperBound)
        if let obstacle, min(start, target)...max(start, target) ~= obstacle { target = obstacle }
    }

    /// Runs on until it is at an end.
    public mutating func run(forward: Bool, at now: ContinuousClock.Instant) {
        move(to: (forward ? ends.upperBound : ends.lowerBound) - zero, at: now)
    }

    public mutating func halt(at now: ContinuousClock.Instant) { move(to: position(at: now), at: now) }

    /// Has the counter show another number for where it stands.
    public mutating func count(from position: Double, at now: ContinuousClock.Instant) {
        zero = place(at: now) - position
    }

    /// At which end it stands: -1, 0 for neither, 1.
    public func end(at now: ContinuousClock.Instant) -> Int {
        let place = place(at: now)
        return place >= ends.upperBound ? 1 : place <= ends.lowerBound ? -1 : 0
    }
}
