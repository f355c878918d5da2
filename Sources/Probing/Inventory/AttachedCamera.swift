internal import Platform
public import Transports

/// A camera of Video4Linux as the kernel describes it; it was not opened.
public struct AttachedCamera: Sendable {
    /// Its first node, which has the images.
    public let node: VideoNode
    /// Whether the user has permission to open it.
    public let isUsable: Bool
    /// The processes that have it open, as far as this user can see.
    public let holders: [Holder]
}

extension Machine {
    /// The cameras, in the order of their numbers; further nodes of a camera, for data about images, are left out.
    func cameras(_ holders: Holders) -> [AttachedCamera] {
        VideoNode.all(root: root).filter { $0.index == 0 }.map { node in
            AttachedCamera(node: node, isUsable: mayUse(node.path), holders: holders.of(node.path))
        }
    }
}

extension AttachedCamera {
    /// The driver of all cameras of Video4Linux.
    static let driver = "v4l2"

    /// The option of the driver that selects it wherever it is plugged in, as far as there is one.
    var option: (key: String, value: String) {
        if let serial = node.serial { return ("serial", serial) }
        if let port = node.port { return ("port", port) }
        return ("device", node.path)
    }
}
