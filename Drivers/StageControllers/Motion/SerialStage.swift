public import Devices
public import Transports

/// A stage on a serial line, which it may share.
public final class SerialStage: Stage, SerialDevice {
    public let typeName: String
    public let line: SerialLine
    public let settings: [Setting]
    public var enabledSession: Int?
    private let serialAxes: [SerialAxis]
    private let homing: (any StageHoming)?

    init(
        _ typeName: String,
        _ axes: [SerialAxis],
        on line: SerialLine,
        homing: (any StageHoming)? = nil,
        settings: [Setting] = []
    ) {
        (self.typeName, self.line, self.settings) = (typeName, line, settings)
        (serialAxes, self.homing) = (axes, homing)
    }

    public var axes: [(name: String, axis: any StageAxis)] { serialAxes.map { ($0.name, $0) } }

    public var mayMoveOnEnable: Bool { get throws { try homing?.isNeeded(serialAxes, on: line) ?? false } }

    /// Finds out where it is, if it has to.
    public func performEnable() throws {
        if let homing, try homing.isNeeded(serialAxes, on: line) { try homing.run(serialAxes, on: line) }
    }
}

/// How a stage finds out where it is, by moving.
protocol StageHoming {
    /// Whether it has to, before it can be moved.
    func isNeeded(_ axes: [SerialAxis], on line: SerialLine) throws -> Bool
    /// Moves, and comes back when it knows; throws what says how far it has come.
    func run(_ axes: [SerialAxis], on line: SerialLine) throws
}
