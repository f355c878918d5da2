/// A wheel or a slider with filters, whose positions count from 0.
public protocol FilterWheel: Device {
    var positionCount: Int { get }
    /// Where the wheel stands, or where it came from while it moves; ``unknownPosition`` if it does not know.
    var position: Int { get throws }
    /// Whether a move is going on.
    var isMoving: Bool { get throws }
    /// Begins a move to a position that the wheel has.
    func startMove(to position: Int) throws
}

extension FilterWheel {
    /// The position of a wheel that stands between its positions or does not know where it stands.
    ///
    /// A value rather than an error, because python-microscope's `Client` reads each property when it connects and would
    /// fail, and Cockpit, which looks for the filter at this position, finds none.
    public static var unknownPosition: Int { -1 }

    /// Moves, and is complete when the wheel has arrived.
    public func move(to position: Int) throws -> Completion {
        guard (0..<positionCount).contains(position) else {
            throw RemoteError.value("can't move to position \(position), limits are [0 \(positionCount - 1)]")
        }
        try startMove(to: position)
        return Completion { try !self.isMoving }
    }

    @RemoteInterfaceBuilder
    public var filterWheelMembers: [any RemoteMember] {
        deviceMembers
        RemoteProperty("n_positions", get: { self.positionCount })
        RemoteProperty("position", get: { try self.position }, set: move)
        // Cockpit calls wheels by these older names.
        RemoteMethod("get_num_positions") { self.positionCount }
        RemoteMethod("get_position") { try self.position }
        RemoteMethod("set_position", "position", call: move)
    }

    public var remoteMembers: [any RemoteMember] { filterWheelMembers }
}
