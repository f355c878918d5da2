/// A motor of a simulated stage, with a constant speed, two ends and a position counter that can be set.
public struct SimulatedMotor: Sendable, Codable {
    /// The ends of travel, in counts of the initial counter.
    public let ends: ClosedRange<Double>
    /// The speed in units per second.
    public var speed: Double
    /// The place of an obstacle.
    public var obstacle: Double?
    /// The offset of the counter from the initial counter.
    private var zero = 0.0
    private var start: Double
    private var target: Double
    private var begin = ContinuousClock.now

    /// - Parameter place: the initial position; the middle of the travel by default.
    public init(_ ends: ClosedRange<Double>, speed: Double, at place: Double? = nil) {
        self.ends = ends
        self.speed = speed
        start = place ?? (ends.lowerBound + ends.upperBound) / 2
        target = start
    }

    /// The position counter.
    public func position(at now: ContinuousClock.Instant = .now) -> Double { place(at: now) - zero }

    public func isMoving(at now: ContinuousClock.Instant = .now) -> Bool { place(at: now) != target }

    /// The end of the move.
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

    /// Runs to an end.
    public mutating func run(forward: Bool, at now: ContinuousClock.Instant) {
        move(to: (forward ? ends.upperBound : ends.lowerBound) - zero, at: now)
    }

    public mutating func halt(at now: ContinuousClock.Instant) { move(to: position(at: now), at: now) }

    /// Sets the counter without moving.
    public mutating func count(from position: Double, at now: ContinuousClock.Instant) {
        zero = place(at: now) - position
    }

    /// The end at which it stands: -1, 1, or 0 for neither.
    public func end(at now: ContinuousClock.Instant) -> Int {
        let place = place(at: now)
        return place >= ends.upperBound ? 1 : place <= ends.lowerBound ? -1 : 0
    }
}
