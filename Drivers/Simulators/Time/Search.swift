/// What a look at a ``TimedState`` comes to.
enum Search<Result> {
    case found(Result)
    /// Not there; it may be at that time, even if nothing else changes until then.
    case notBefore(ContinuousClock.Instant)
    /// Not there, for as long as nothing changes.
    case notYet
}
