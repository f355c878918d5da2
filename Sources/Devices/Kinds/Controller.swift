/// A device with other devices on its wire, which clients reach through it.
public protocol Controller: Device {
    /// The devices, in the order in which clients see them. They do not change while the controller is open.
    var devices: [(name: String, device: any Device)] { get }
}

extension Controller {
    public var subdevices: [any Device] { devices.map(\.device) }

    /// The rows of a controller, except `devices`: its host provides the proxies of the devices.
    @RemoteInterfaceBuilder
    public var controllerMembers: [any RemoteMember] {
        deviceMembers
    }

    public var remoteMembers: [any RemoteMember] { controllerMembers }
}
