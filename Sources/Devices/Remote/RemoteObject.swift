/// Anything that clients can reach by an id of its own: a device, or an axis of a stage.
public protocol RemoteObject: AnyObject {
    /// The name of the class in Python, for its error messages.
    var typeName: String { get }

    /// The rows of the table of members that clients can reach.
    @RemoteInterfaceBuilder var remoteMembers: [any RemoteMember] { get }
}

extension RemoteObject {
    public var typeName: String { "\(Self.self)" }
}
