public import Pickle

/// A device of any kind that sends data, for what all of these have.
public struct PlainDataDevice: RemoteDataDevice {
    public static let kind = DeviceKind.dataDevice
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    /// What it sends, from now on.
    ///
    /// - Parameter capacity: how many data wait for a slow reader before the oldest give way.
    public func data(keeping capacity: Int = 32) async throws -> Arrivals<PythonValue> {
        try await arrivals(keeping: capacity) { $0 }
    }
}
