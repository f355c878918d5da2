/// Who is calling.
public struct CallContext: Sendable {
    /// The number of the connection, which no other one of this server has.
    public let connection: Int
    /// The calling program's address, if it has one.
    public let client: Endpoint?
    /// The address by which the client reached this server, or that which the server's options tell all clients.
    public let server: Endpoint
    /// Whether the client is still there, as far as can be known without asking it.
    public let isConnected: @Sendable () -> Bool

    public init(connection: Int, client: Endpoint?, server: Endpoint, isConnected: @escaping @Sendable () -> Bool) {
        self.connection = connection
        self.client = client
        self.server = server
        self.isConnected = isConnected
    }
}
