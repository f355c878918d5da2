/// A device that has others on its wire.
public struct RemoteController: RemoteDevice {
    public static let kind = DeviceKind.controller
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    /// The names of its devices, in its order.
    public var deviceNames: [String] { get async throws { try await connection.parts("devices").map(\.name) } }

    /// One of its devices.
    ///
    /// - Throws: ``CallFailure`` if there is none with that name, or it is not of that kind.
    public func device<Kind: RemoteDevice>(_ name: String, as type: Kind.Type = Kind.self) async throws -> Kind {
        try await connection.part(name, of: "devices", as: type)
    }
}
