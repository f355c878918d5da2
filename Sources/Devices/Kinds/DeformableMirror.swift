public import Pickle

/// A mirror whose shape actuators set, to values from 0 to 1 by convention; that they are finite is all that is checked.
public protocol DeformableMirror: TriggerTarget {
    var actuatorCount: Int { get }
    /// Patterns that wait for triggers; starts empty. Only ``queue(_:)`` and ``nextPattern()`` change it.
    var patternQueue: PatternQueue { get set }
    /// Puts the actuators to these values, one for each.
    func performApply(_ pattern: [Double]) throws
}

/// Patterns in the order in which triggers apply them.
public struct PatternQueue {
    var patterns: [[Double]] = []
    var applied = 0

    public init() {}
}

extension DeformableMirror {
    public func apply(_ array: NDArray) throws {
        guard try triggerType == .software else {
            throw DeviceError(.incompatibleState, "apply_pattern requires software trigger type")
        }
        let patterns = try patterns(of: array)
        guard let pattern = patterns.first, patterns.count == 1 else {
            throw RemoteError.value("apply_pattern takes one pattern, not \(patterns.count)")
        }
        try performApply(pattern)
    }

    /// Replaces the patterns that wait, one row each.
    public func queue(_ array: NDArray) throws {
        var queue = PatternQueue()
        queue.patterns = try patterns(of: array)
        patternQueue = queue
    }

    /// Applies the next of the patterns that were queued, which is what a trigger does.
    public func nextPattern() throws {
        guard !patternQueue.patterns.isEmpty else { throw DeviceError(.failed, "no pattern queued to apply") }
        guard patternQueue.applied < patternQueue.patterns.count else {
            throw RemoteError.index("all \(patternQueue.patterns.count) queued patterns have been applied")
        }
        try performApply(patternQueue.patterns[patternQueue.applied])
        patternQueue.applied += 1
    }

    public func performTrigger() throws { try nextPattern() }

    private func patterns(of array: NDArray) throws -> [[Double]] {
        guard (1...2).contains(array.shape.count), let length = array.shape.last else {
            throw RemoteError.value("PATTERNS has \(array.shape.count) dimensions (must be 1 or 2)")
        }
        guard length == actuatorCount else {
            throw RemoteError.value(
                "PATTERNS length of second dimension '\(length)' differs from number of actuators '\(actuatorCount)'"
            )
        }
        guard array.dtype.kind != .complex else { throw RemoteError.type("PATTERNS must be real numbers, not complex") }
        let (rows, values) = (array.shape.count == 1 ? 1 : array.shape[0], array.doubles)
        guard values.allSatisfy(\.isFinite) else {
            throw RemoteError.value("PATTERNS has a value that is no finite number")
        }
        let isByColumn = array.isFortranOrder && array.shape.count == 2
        return (0..<rows).map { row in
            (0..<length).map { values[isByColumn ? $0 * rows + row : row * length + $0] }
        }
    }

    @RemoteInterfaceBuilder
    public var mirrorMembers: [any RemoteMember] {
        deviceMembers
        triggerMembers
        RemoteProperty("n_actuators", get: { self.actuatorCount })
        RemoteMethod("apply_pattern", "pattern", call: apply)
        RemoteMethod("queue_patterns", "patterns", call: queue)
        RemoteMethod("next_pattern", call: trigger)
    }

    public var remoteMembers: [any RemoteMember] { mirrorMembers }
}
