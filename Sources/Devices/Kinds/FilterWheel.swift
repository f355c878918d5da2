/// A wheel or a slider with filters, whose positions count from 0.
public protocol FilterWheel: MovingDevice {
    var positionCount: Int { get }
    /// The position of the wheel, or ``unknownPosition``; while it moves, the position from which it started.
    var position: Int { get throws }
    /// Whether the wheel is moving.
    var isMoving: Bool { get throws }
    /// Starts a move to a valid position.
    func startMove(to position: Int) throws
}

extension FilterWheel {
    /// The position of a wheel that is away, stands between its positions, or does not know where it stands.
    ///
    /// A value rather than an error, because python-microscope's `Client` reads each property when it connects and would
    /// fail, and Cockpit, which looks for the filter at this position, finds none.
    public static var unknownPosition: Int { -1 }

    /// Moves; complete when the wheel has arrived.
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
        RemoteProperty("position", unknown: Self.unknownPosition, get: { try self.position }, set: move)
        // Cockpit uses these older names.
        RemoteMethod("get_num_positions") { self.positionCount }
        RemoteMethod("get_position") { try known({ try self.position }, or: Self.unknownPosition) }
        RemoteMethod("set_position", "position", call: move)
    }

    public var remoteMembers: [any RemoteMember] { filterWheelMembers }
}
