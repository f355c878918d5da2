public import Pickle

/// A mirror shaped by actuators, whose values are 0 to 1 by convention; any finite value is accepted.
public protocol DeformableMirror: TriggerTarget {
    var actuatorCount: Int { get }
    /// The patterns that wait for triggers; starts empty. Only ``queue(_:)`` and ``nextPattern()`` change it.
    var patternQueue: PatternQueue { get set }
    /// Sets the actuators to these values, one for each.
    func performApply(_ pattern: [Double]) throws
}

extension DeformableMirror {
    public func apply(_ patterns: MirrorPatterns) throws {
        guard try triggerType == .software else {
            throw DeviceError(.incompatibleState, "apply_pattern requires software trigger type")
        }
        try check(patterns)
        guard patterns.count == 1 else {
            throw RemoteError.value("apply_pattern takes one pattern, not \(patterns.count)")
        }
        try performApply(patterns[0])
    }

    /// Replaces the patterns that wait for triggers.
    public func queue(_ patterns: MirrorPatterns) throws {
        try check(patterns)
        patternQueue = PatternQueue(patterns: patterns)
    }

    /// Applies the next of the queued patterns, which is what a trigger does.
    public func nextPattern() throws {
        let (count, next) = (patternQueue.patterns?.count ?? 0, patternQueue.applied)
        guard let patterns = patternQueue.patterns, count > 0 else {
            throw DeviceError(.failed, "no pattern queued to apply")
        }
        guard next < count else { throw RemoteError.index("all \(count) queued patterns have been applied") }
        try performApply(patterns[next])
        patternQueue.applied += 1
    }

    public func performTrigger() throws { try nextPattern() }

    private func check(_ patterns: MirrorPatterns) throws {
        guard patterns.length == actuatorCount else {
            throw RemoteError.value(
                "PATTERNS length of second dimension '\(patterns.length)' differs from number of actuators "
                    + "'\(actuatorCount)'"
            )
        }
    }

    /// The pattern that the mirror has after a trigger is applied again, as if the client had sent it alone.
    private var currentPattern: Restoration {
        .notes { [self] _, _ in
            let queue = patternQueue
            guard let patterns = queue.patterns, (1...patterns.count).contains(queue.applied),
                let pattern = NDArray(patterns[queue.applied - 1], shape: [patterns.length])
            else { return [] }
            return [.restore(RestoredCall(.call, "apply_pattern", [.array(pattern)]))]
        }
    }

    @RemoteInterfaceBuilder
    public var mirrorMembers: [any RemoteMember] {
        deviceMembers
        triggerMembers
        RemoteProperty("n_actuators", get: { self.actuatorCount })
        RemoteMethod("apply_pattern", "pattern", restored: .last, call: apply)
        RemoteMethod("queue_patterns", "patterns", call: queue)
        RemoteMethod("next_pattern", restored: currentPattern, call: trigger)
        RemoteMethod("trigger", restored: currentPattern, call: trigger)
    }

    public var remoteMembers: [any RemoteMember] { mirrorMembers }
}

/// Patterns in the order in which triggers apply them.
public struct PatternQueue {
    var patterns: MirrorPatterns?
    var applied = 0

    public init() {}

    init(patterns: MirrorPatterns) { self.patterns = patterns }
}

/// Patterns for a mirror: an array of one row for each, which stays as Python sent it until a pattern is applied.
public struct MirrorPatterns: PythonConvertible {
    /// How many patterns there are, and how many values each has.
    public let count, length: Int
    private let array: NDArray

    public init?(python value: PythonValue) {
        guard case .array(let array) = value, (1...2).contains(array.shape.count), let length = array.shape.last,
            array.dtype.kind != .complex, array.isFinite
        else { return nil }
        (self.array, self.length) = (array, length)
        count = array.shape.count == 1 ? 1 : array.shape[0]
    }

    public var python: PythonValue { .array(array) }
    public static var pythonName: String { "numpy.ndarray" }

    public static func refusal(of value: PythonValue, as label: String) -> RemoteError {
        guard case .array(let array) = value else {
            return .type("\(label): expected \(pythonName), got \(value.shownWithType)")
        }
        guard (1...2).contains(array.shape.count) else {
            return .value("PATTERNS has \(array.shape.count) dimensions (must be 1 or 2)")
        }
        guard array.dtype.kind != .complex else { return .type("PATTERNS must be real numbers, not complex") }
        return .value("PATTERNS has a value that is not a finite number")
    }

    /// The values of one pattern.
    public subscript(row: Int) -> [Double] {
        let isByColumn = array.isFortranOrder && array.shape.count == 2
        return (0..<length).compactMap { array.element(at: isByColumn ? $0 * count + row : row * length + $0) }
    }
}

extension NDArray {
    /// Whether all elements are finite numbers.
    fileprivate var isFinite: Bool {
        switch (dtype.kind, dtype.size) {
        case (.bool, _), (.signed, _), (.unsigned, _): true
        case (.float, 8):
            unsafe data.withUnsafeBytes { bytes in
                for offset in stride(from: 0, to: count * 8, by: 8) {
                    guard unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Double.self).isFinite else {
                        return false
                    }
                }
                return true
            }
        case (.float, _), (.complex, _): (0..<count).allSatisfy { element(at: $0)?.isFinite ?? false }
        }
    }
}
