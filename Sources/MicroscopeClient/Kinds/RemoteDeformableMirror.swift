internal import Devices
internal import Pickle

/// A mirror whose shape actuators set, to values from 0 to 1 by convention.
public struct RemoteDeformableMirror: RemoteTriggerTarget {
    public static let kind = DeviceKind.deformableMirror
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    public var actuatorCount: Int { get async throws { try await connection.get("n_actuators", as: Int.self) } }

    /// Puts the actuators to these values, one for each.
    public func apply(_ pattern: [Double]) async throws {
        try await connection.call("apply_pattern", try array([pattern], shape: [pattern.count]))
    }

    /// Replaces the patterns that wait for triggers.
    public func queue(_ patterns: [[Double]]) async throws {
        let length = patterns.first?.count ?? 0
        try await connection.call("queue_patterns", try array(patterns, shape: [patterns.count, length]))
    }

    /// Applies the next of the patterns that were queued.
    public func applyNext() async throws { try await connection.call("next_pattern") }

    private func array(_ rows: [[Double]], shape: [Int]) throws -> PythonValue {
        guard let array = NDArray(rows.flatMap(\.self), shape: shape) else {
            throw CallFailure(uri, "queue_patterns(…)", .unexpected("the patterns are not all of one length"))
        }
        return .array(array)
    }
}
