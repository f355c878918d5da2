internal import Synchronization

/// A wish that trials end early: whoever watches the device has seen enough.
///
/// A trial looks for it wherever it calls the device or waits, then disables the device and does nothing more with it;
/// nothing is moved back to where it was.
public final class Interruption: Sendable {
    /// That of the trial that is going on.
    @TaskLocal static var ofTrial: Interruption?

    private let flag = Atomic(false)

    public init() {}

    public var isAsked: Bool { flag.load(ordering: .acquiring) }

    /// May be called from any thread.
    public func ask() { flag.store(true, ordering: .releasing) }

    /// Throws if the trial that is going on should end.
    static func check() throws {
        if ofTrial?.isAsked == true { throw TrialInterrupted() }
    }
}

/// Thrown out of a trial that should end; what it found until then counts for nothing.
private struct TrialInterrupted: Error {}
