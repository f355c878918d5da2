internal import Platform
public import Transports

/// A sweep over the delays with which a device may answer one question too late.
///
/// After that no value may be read that belongs to another question; an error is allowed.
public struct LateAnswers: Sendable, CustomStringConvertible {
    /// The delay of the late answers.
    public let delay: Duration
    /// Whether the device answers in the order of the questions, or each at once.
    public let isInOrder: Bool

    public var description: String { "\(delay) \(isInOrder ? "in order" : "at once")" }

    /// Delays beyond the time limit of ``LineFormat/fast``, once and several times.
    public static let all: [LateAnswers] = [150, 320].flatMap { delay in
        [true, false].map { LateAnswers(delay: .milliseconds(delay), isInOrder: $0) }
    }

    /// Makes the device slow for one question, then asks another one.
    ///
    /// - Parameters:
    ///   - spoil: changes the faults of the simulated device's port.
    ///   - slow: the question that is answered late; its result is of no interest.
    ///   - check: the other question; false if its value is wrong.
    /// - Returns: whether every value was right, and the device could be asked again at the end.
    public func run(
        _ spoil: ((inout SimulatedFaults) -> Void) -> Void,
        slow: () throws -> Void,
        check: () throws -> Bool
    ) -> Bool {
        spoil { $0.keepsOrder = isInOrder }
        for _ in 0..<2 {
            spoil { $0.delay = delay }
            try? slow()
            spoil { $0.delay = .zero }
            for _ in 0..<3 where (try? check()) == false { return false }
        }
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            if let isRight = try? check() { return isRight }
            Pause.wait(for: .milliseconds(20))
        }
        return false
    }
}
