internal import Pickle

/// A device that sends what it measures.
public protocol RemoteDataDevice: RemoteDevice {}

extension RemoteDataDevice {
    /// Stops taking data as soon as possible; what was taken already still arrives.
    public func abort() async throws { try await connection.call("abort") }

    func arrivals<Value: Sendable>(
        keeping capacity: Int,
        _ convert: @escaping @Sendable (PythonValue) -> Value?
    ) async throws -> Arrivals<Value> {
        try await Arrivals(from: connection, keeping: capacity, convert)
    }
}
