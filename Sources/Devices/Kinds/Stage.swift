/// A stage with axes that move by themselves or together.
public protocol Stage: Device {
    /// The axes that are there, in the order in which clients shall see them; the same ones for as long as it is open.
    var axes: [(name: String, axis: any StageAxis)] { get }
    /// Whether ``Device/enable()`` may move the stage, to find its limits; true when in doubt.
    var mayMoveOnEnable: Bool { get throws }
}

extension Stage {
    public var position: NamedValues<Double> {
        get throws { NamedValues(try axes.map { ($0.name, try $0.axis.position) }) }
    }

    public var limits: NamedValues<AxisLimits> {
        get throws { NamedValues(try axes.map { ($0.name, try $0.axis.limits) }) }
    }

    /// Moves the named axes together; complete when all of them have arrived.
    public func move(to position: NamedValues<Double>) throws -> Completion {
        try start(position) { try $0.target($1) }
    }

    public func move(by delta: NamedValues<Double>) throws -> Completion {
        try start(delta) { try $0.target(by: $1) }
    }

    private func start(
        _ values: NamedValues<Double>,
        _ target: (any StageAxis, Double) throws -> Double
    ) throws -> Completion {
        // All names are looked up and all numbers checked before anything moves.
        let moves = try values.pairs.map { name, value in
            let axis = try axis(name)
            return (axis: axis, target: try target(axis, value))
        }
        for (axis, target) in moves { try axis.startMove(to: target) }
        return Completion { try moves.allSatisfy { try !$0.axis.isMoving } }
    }

    private func axis(_ name: String) throws -> any StageAxis {
        guard let axis = axes.first(where: { $0.name == name })?.axis else { throw RemoteError.key(name) }
        return axis
    }

    /// The rows of a stage, but for `axes`: its host gives out the axes' proxies.
    @RemoteInterfaceBuilder
    public var stageMembers: [any RemoteMember] {
        deviceMembers
        RemoteProperty("position", get: { try self.position })
        RemoteProperty("limits", get: { try self.limits })
        RemoteMethod("may_move_on_enable") { try self.mayMoveOnEnable }
        RemoteMethod("move_to", "position", call: move(to:))
        RemoteMethod("move_by", "delta", call: move(by:))
    }

    public var remoteMembers: [any RemoteMember] { stageMembers }
}
