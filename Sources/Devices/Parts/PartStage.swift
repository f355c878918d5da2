internal import Pickle

/// A stage that another device works with.
public final class PartStage: Stage, DevicePart {
    public static let kind = DeviceKind.stage

    public var isEnabled = false
    public let axes: [(name: String, axis: any StageAxis)]
    private let link: any PartLink

    public init(_ link: any PartLink) throws {
        self.link = link
        let limits: NamedValues<AxisLimits> = try link.get("limits")
        axes = limits.pairs.map { name, _ in (name, PartStageAxis(name, link)) }
    }

    public var typeName: String { "Stage" }
    public var mayMoveOnEnable: Bool { get throws { try link.call("may_move_on_enable") } }
    public func performEnable() throws { _ = try link.call("enable", []) }
    public func performDisable() throws { _ = try link.call("disable", []) }
}

/// An axis of such a stage, reached through the stage.
private final class PartStageAxis: StageAxis {
    private let name: String
    private let link: any PartLink

    init(_ name: String, _ link: any PartLink) {
        self.name = name
        self.link = link
    }

    var typeName: String { "StageAxis" }
    var position: Double { get throws { try own(try link.get("position", as: NamedValues<Double>.self)) } }
    var limits: AxisLimits { get throws { try own(try link.get("limits", as: NamedValues<AxisLimits>.self)) } }
    /// A move is over when the call for it has come back.
    var isMoving: Bool { false }

    func startMove(to position: Double) throws {
        _ = try link.call("move_to", [.dict(PythonDictionary([(.str(name), .float(position))]))])
    }

    private func own<Value>(_ values: NamedValues<Value>) throws -> Value {
        guard let value = values.pairs.first(where: { $0.name == name })?.value else {
            throw DeviceError(.failed, "\(link.name) has no axis \(name) any more")
        }
        return value
    }
}
