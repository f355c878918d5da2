/// A device that has others on its wire, which clients reach through it.
public protocol Controller: Device {
    /// The devices, in the order in which clients shall see them; the same ones for as long as it is open.
    var devices: [(name: String, device: any Device)] { get }
}

extension Controller {
    /// Leaves every device safe, then gives up the controller's own connection.
    public func shutdown() throws {
        var failure: (any Error)?
        for (_, device) in devices {
            do { try device.shutdown() } catch { failure = error }
        }
        isEnabled = false
        try performShutdown()
        if let failure { throw failure }
    }

    /// The rows of a controller, but for `devices`: its host gives out the devices' proxies.
    @RemoteInterfaceBuilder
    public var controllerMembers: [any RemoteMember] {
        deviceMembers
        RemoteMethod("shutdown", call: shutdown)
    }

    public var remoteMembers: [any RemoteMember] { controllerMembers }
}
