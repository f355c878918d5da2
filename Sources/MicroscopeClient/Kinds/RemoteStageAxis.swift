public import Devices
internal import Pickle

/// One axis of a stage, in the stage's own units.
public struct RemoteStageAxis: RemoteDevice {
    public static let kind = DeviceKind.stageAxis
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    public var position: Double { get async throws { try await connection.get("position", as: Double.self) } }
    public var limits: AxisLimits { get async throws { try await connection.get("limits", as: AxisLimits.self) } }
    /// Moves to the nearest place within the limits; returns when the axis has arrived.
    public func move(to position: Double) async throws { try await connection.call("move_to", .float(position)) }
    /// Moves by a distance; returns when the axis has arrived.
    public func move(by distance: Double) async throws { try await connection.call("move_by", .float(distance)) }
}
