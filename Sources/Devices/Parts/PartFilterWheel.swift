internal import Pickle

/// A filter wheel that another device works with.
public final class PartFilterWheel: FilterWheel, DevicePart {
    public static let kind = DeviceKind.filterWheel

    public var isEnabled = false
    public let positionCount: Int
    private let link: any PartLink

    public init(_ link: any PartLink) throws {
        self.link = link
        positionCount = try link.call("get_num_positions")
    }

    public var typeName: String { "FilterWheel" }
    public var position: Int { get throws { try link.call("get_position") } }
    /// A move is over when the call for it has come back.
    public var isMoving: Bool { false }
    public func startMove(to position: Int) throws { _ = try link.call("set_position", [.int(position)]) }
    public func performEnable() throws { _ = try link.call("enable", []) }
    public func performDisable() throws { _ = try link.call("disable", []) }
}
