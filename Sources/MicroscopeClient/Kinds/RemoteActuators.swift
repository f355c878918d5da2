internal import Devices
internal import Pickle

/// A light source; its power is a fraction, 0 to 1, of its maximum.
public struct RemoteLightSource: RemoteTriggerTarget {
    public static let kind = RemoteKind.lightSource
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    /// The power of the light that comes out; 0 while it is off.
    public var power: Double { get async throws { try await connection.get("power", as: Double.self) } }
    /// Sets the power, from 0 to 1; the device uses its nearest step.
    public func setPower(_ power: Double) async throws { try await connection.set("power", to: .float(power)) }
    /// The power that was last set.
    public var setPoint: Double { get async throws { try await connection.call("get_set_power", as: Double.self) } }
    /// Whether the light is on.
    public var isOn: Bool { get async throws { try await connection.call("get_is_on", as: Bool.self) } }
    /// The device's status, in lines for people.
    public var status: [String] { get async throws { try await connection.call("get_status", as: [String].self) } }
}

/// A filter wheel or slider; its positions count from 0.
public struct RemoteFilterWheel: RemoteDevice {
    public static let kind = RemoteKind.filterWheel
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    public var positionCount: Int { get async throws { try await connection.get("n_positions", as: Int.self) } }
    public var position: Int { get async throws { try await connection.get("position", as: Int.self) } }
    /// Moves the wheel, and returns when it has arrived.
    public func move(to position: Int) async throws { try await connection.set("position", to: .int(position)) }
}

/// A deformable mirror; actuator values run from 0 to 1 by convention.
public struct RemoteDeformableMirror: RemoteTriggerTarget {
    public static let kind = RemoteKind.deformableMirror
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    public var actuatorCount: Int { get async throws { try await connection.get("n_actuators", as: Int.self) } }

    /// Sets the actuators to these values, one for each.
    public func apply(_ pattern: [Double]) async throws {
        try await connection.call("apply_pattern", try array([pattern], shape: [pattern.count]))
    }

    /// Replaces the queue of patterns that are applied by triggers.
    public func queue(_ patterns: [[Double]]) async throws {
        let length = patterns.first?.count ?? 0
        try await connection.call("queue_patterns", try array(patterns, shape: [patterns.count, length]))
    }

    /// Applies the next queued pattern.
    public func applyNext() async throws { try await connection.call("next_pattern") }

    private func array(_ rows: [[Double]], shape: [Int]) throws -> PythonValue {
        guard let array = NDArray(rows.flatMap(\.self), shape: shape) else {
            throw CallFailure(uri, "queue_patterns(…)", .unexpected("the patterns differ in length"))
        }
        return .array(array)
    }
}
