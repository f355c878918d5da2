/// What an object offers, as clients are told when they connect.
public struct ObjectMetadata: Sendable, Hashable {
    public var methods: [String]
    /// Those of the methods that clients shall call without waiting for a reply.
    public var oneway: [String]
    /// What Python sees as attributes; clients of python-microscope's read all of them when they connect.
    public var attributes: [String]

    public init(methods: [String], oneway: [String] = [], attributes: [String] = []) {
        self.methods = methods
        self.oneway = oneway
        self.attributes = attributes
    }
}
