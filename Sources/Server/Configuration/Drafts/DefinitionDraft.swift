public import Devices

/// What one worker is to serve at one place, as a program defines it: not checked yet.
public struct DefinitionDraft: Sendable {
    /// The group's own name, if it has one.
    public var name: String?
    public var devices: [DeviceDraft]
    /// Nil for the microscope's.
    public var host: String?
    /// Nil where there is a socket, or where somebody forgot it.
    public var port: Int?
    /// The path of a Unix socket, in place of host and port.
    public var socket: String?
    /// What differs from the microscope's options.
    public var pyro: (@Sendable (inout PyroOptions) -> Void)?
    /// Opens all devices at once; nil where each has a driver that opens it.
    public var openTogether: (@Sendable (DriverContext) throws -> [any Device])?
    public var place: Place

    public init(
        name: String? = nil,
        devices: [DeviceDraft],
        host: String? = nil,
        port: Int? = nil,
        socket: String? = nil,
        pyro: (@Sendable (inout PyroOptions) -> Void)? = nil,
        openTogether: (@Sendable (DriverContext) throws -> [any Device])? = nil,
        place: Place
    ) {
        (self.name, self.devices, self.place) = (name, devices, place)
        (self.host, self.port, self.socket) = (host, port, socket)
        (self.pyro, self.openTogether) = (pyro, openTogether)
    }

    /// Whether it says where and how to serve it.
    public var isServedByItself: Bool { host != nil || port != nil || socket != nil || pyro != nil }
}
