/// A device that has others on its wire, which clients reach through it.
public protocol Controller: Device {
    /// The devices, in the order in which clients shall see them; the same ones for as long as it is open.
    var devices: [(name: String, device: any Device)] { get }
}

extension Controller {
    public var subdevices: [any Device] { devices.map(\.device) }

    /// The rows of a controller, but for `devices`: its host gives out the devices' proxies.
    @RemoteInterfaceBuilder
    public var controllerMembers: [any RemoteMember] {
        deviceMembers
    }

    public var remoteMembers: [any RemoteMember] { controllerMembers }
}
