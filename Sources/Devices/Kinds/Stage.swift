public import Pickle

/// A stage with axes that move separately or together.
public protocol Stage: MovingDevice {
    /// The axes, in the order in which clients see them. They do not change while the stage is open.
    var axes: [(name: String, axis: any StageAxis)] { get }
    /// Whether ``Device/enable()`` may move the stage to find its limits; true if unknown.
    var mayMoveOnEnable: Bool { get throws }
}

extension Stage {
    public var position: NamedValues<Double> {
        get throws { NamedValues(try axes.map { ($0.name, try $0.axis.position) }) }
    }

    public var limits: NamedValues<AxisLimits> {
        get throws { NamedValues(try axes.map { ($0.name, try $0.axis.limits) }) }
    }

    /// The position for clients, with NaN for axes whose position is unknown.
    private var knownPosition: NamedValues<Double> { NamedValues(axes.map { ($0.name, $0.axis.knownPosition) }) }
    private var knownLimits: NamedValues<AxisLimits> { NamedValues(axes.map { ($0.name, $0.axis.knownLimits) }) }

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
        // All names and numbers are checked before anything moves.
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

    /// The rows of a stage, except `axes`: its host provides the proxies of the axes.
    @RemoteInterfaceBuilder
    public var stageMembers: [any RemoteMember] {
        deviceMembers
        RemoteProperty("position", get: { self.knownPosition })
        RemoteProperty("limits", get: { self.knownLimits })
        RemoteMethod("may_move_on_enable", reads: true) { try known({ try self.mayMoveOnEnable }, or: true) }
        RemoteMethod("move_to", "position", call: move(to:))
        RemoteMethod("move_by", "delta", call: move(by:))
    }

    public var remoteMembers: [any RemoteMember] { stageMembers }
}

/// One axis of a stage, with positions in the units of the stage.
public protocol StageAxis: RemoteObject {
    var position: Double { get throws }
    var limits: AxisLimits { get throws }
    var isMoving: Bool { get throws }
    /// Starts a move to a position within the limits.
    func startMove(to position: Double) throws
}

extension StageAxis {
    /// The nearest position within the limits.
    public func target(_ position: Double) throws -> Double {
        guard !position.isNaN else { throw RemoteError.value("position must be a number, not nan") }
        return try limits.clamp(position)
    }

    /// The position at this distance from the present one, or the nearest within the limits.
    public func target(by distance: Double) throws -> Double { try target(try position + distance) }

    /// The position for clients; NaN while it is unknown.
    fileprivate var knownPosition: Double { (try? position) ?? .nan }
    /// The limits for clients; NaN while they are unknown.
    fileprivate var knownLimits: AxisLimits { (try? limits) ?? AxisLimits(lower: .nan, upper: .nan) }

    /// Starts a move to the nearest position within the limits.
    public func start(to position: Double) throws { try startMove(to: try target(position)) }

    /// Starts a move by a distance.
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
        RemoteProperty("position", get: { self.knownPosition })
        RemoteProperty("limits", get: { self.knownLimits })
        RemoteMethod("move_to", "pos", call: move(to:))
        RemoteMethod("move_by", "delta", call: move(by:))
    }

    public var remoteMembers: [any RemoteMember] { stageAxisMembers }
}

/// The limits of an axis, in the units of the stage (`microscope.AxisLimits`).
public struct AxisLimits: Sendable, Hashable {
    public var lower, upper: Double

    public init(lower: Double, upper: Double) { (self.lower, self.upper) = (lower, upper) }

    /// The nearest position within the limits.
    public func clamp(_ position: Double) -> Double { min(max(position, lower), upper) }
}

extension AxisLimits: PythonNamedTuple {
    public static let pythonClass = PythonClass("microscope", "AxisLimits")
    public static let itemCount = 2
    public var items: [Double] { [lower, upper] }
    public init(items: [Double]) { self.init(lower: items[0], upper: items[1]) }
}

extension AxisLimits: CheckedOption {
    public var flaw: String? {
        lower.isFinite && upper.isFinite && lower <= upper
            ? nil : "must be a lower and an upper limit (was \([lower, upper]))"
    }
}

extension AxisLimits: Decodable {
    /// From a list of the lower and the upper limit, as in the options of drivers.
    public init(from decoder: any Decoder) throws {
        let limits = try [Double](from: decoder)
        guard limits.count == 2 else { throw decoder.invalid("must be a lower and an upper limit (was \(limits))") }
        self.init(lower: limits[0], upper: limits[1])
        if let flaw { throw decoder.invalid(flaw) }
    }
}
