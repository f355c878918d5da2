/// A row of a ``RemoteInterface``.
public protocol RemoteMember {
    func add(to interface: inout RemoteInterface)
}
