internal import Devices
internal import Pickle

/// A source of light, whose power is a fraction, 0 to 1, of the most that it can do.
public struct RemoteLightSource: RemoteTriggerTarget {
    public static let kind = DeviceKind.lightSource
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    /// The power that comes out; 0 while no light does.
    public var power: Double { get async throws { try await connection.get("power", as: Double.self) } }
    /// Sets the power, from 0 to 1; the device takes the nearest that there is.
    public func setPower(_ power: Double) async throws { try await connection.set("power", to: .float(power)) }
    /// The power that was last asked for.
    public var setPoint: Double { get async throws { try await connection.call("get_set_power", as: Double.self) } }
    /// Whether light comes out.
    public var isOn: Bool { get async throws { try await connection.call("get_is_on", as: Bool.self) } }
    /// What the device says of itself, for people to read.
    public var status: [String] { get async throws { try await connection.call("get_status", as: [String].self) } }
}
