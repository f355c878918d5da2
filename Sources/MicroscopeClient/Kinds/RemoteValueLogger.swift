internal import Devices

/// Sensors whose readings are sent as lists of numbers, one for each sensor.
public struct RemoteValueLogger: RemoteDataDevice {
    public static let kind = DeviceKind.valueLogger
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    public var sensorCount: Int { get async throws { try await connection.call("get_num_sensors", as: Int.self) } }
    /// The latest readings.
    public var values: [Double] { get async throws { try await connection.call("getValues", as: [Double].self) } }

    /// The readings, from now on; they come while the device is enabled.
    public func readings(keeping capacity: Int = 1000) async throws -> Arrivals<[Double]> {
        try await arrivals(keeping: capacity) { [Double](python: $0) }
    }
}
