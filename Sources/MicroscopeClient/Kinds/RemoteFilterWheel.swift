internal import Devices
internal import Pickle

/// A wheel or a slider with filters, whose positions count from 0.
public struct RemoteFilterWheel: RemoteDevice {
    public static let kind = DeviceKind.filterWheel
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    public var positionCount: Int { get async throws { try await connection.get("n_positions", as: Int.self) } }
    public var position: Int { get async throws { try await connection.get("position", as: Int.self) } }
    /// Moves, and returns when the wheel has arrived.
    public func move(to position: Int) async throws { try await connection.set("position", to: .int(position)) }
}
