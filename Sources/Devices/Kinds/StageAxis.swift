/// One axis of a stage, with positions in the stage's own units.
public protocol StageAxis: RemoteObject {
    var position: Double { get throws }
    var limits: AxisLimits { get throws }
    var isMoving: Bool { get throws }
    /// Begins a move to a place within the limits.
    func startMove(to position: Double) throws
}

extension StageAxis {
    /// The nearest place within the limits.
    public func target(_ position: Double) throws -> Double {
        guard !position.isNaN else { throw RemoteError.value("position must be a number, not nan") }
        return try limits.clamp(position)
    }

    /// The nearest place within the limits that lies this far from where the axis is now.
    public func target(by distance: Double) throws -> Double { try target(try position + distance) }

    /// Moves to the nearest place within the limits.
    public func start(to position: Double) throws { try startMove(to: try target(position)) }

    /// Moves by a distance from where the axis is now.
    public func start(by distance: Double) throws { try startMove(to: try target(by: distance)) }

    public func move(to position: Double) throws -> Completion {
        try start(to: position)
        return Completion { try !self.isMoving }
    }

    public func move(by distance: Double) throws -> Completion {
        try start(by: distance)
        return Completion { try !self.isMoving }
    }

    @RemoteInterfaceBuilder
    public var stageAxisMembers: [any RemoteMember] {
        RemoteProperty("position", get: { try self.position })
        RemoteProperty("limits", get: { try self.limits })
        RemoteMethod("move_to", "pos", call: move(to:))
        RemoteMethod("move_by", "delta", call: move(by:))
    }

    public var remoteMembers: [any RemoteMember] { stageAxisMembers }
}
