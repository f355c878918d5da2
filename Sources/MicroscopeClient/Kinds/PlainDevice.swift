/// A device of any kind, for what all kinds have.
public struct PlainDevice: RemoteDevice {
    public static let kind = DeviceKind.device
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }
}
