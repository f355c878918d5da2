/// Something on its way from one place to another at a steady speed.
struct Motion {
    let start, target: Double
    private let begin, end: ContinuousClock.Instant

    /// - Parameter speed: in places a second; zero stands for a move that takes no time.
    init(from start: Double, to target: Double, speed: Double, at begin: ContinuousClock.Instant) {
        self.start = start
        self.target = target
        self.begin = begin
        let seconds = speed > 0 ? abs(target - start) / speed : 0
        end = begin + .seconds(min(seconds, 31_536_000))
    }

    /// Something that stands still.
    init(at place: Double, _ now: ContinuousClock.Instant) { self.init(from: place, to: place, speed: 0, at: now) }

    func isOver(at now: ContinuousClock.Instant) -> Bool { now >= end }

    func place(at now: ContinuousClock.Instant) -> Double {
        guard !isOver(at: now) else { return target }
        return start + (target - start) * max(0, (now - begin) / (end - begin))
    }
}
