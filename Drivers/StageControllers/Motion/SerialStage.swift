public import Devices
public import Transports

/// A stage on a serial line, which other devices may share.
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

    /// Homes the stage if it needs homing.
    public func performEnable() throws {
        if let homing, try homing.isNeeded(serialAxes, on: line) { try homing.run(serialAxes, on: line) }
    }
}

/// The homing procedure of a stage.
protocol StageHoming {
    /// Whether the stage must home before it can be moved.
    func isNeeded(_ axes: [SerialAxis], on line: SerialLine) throws -> Bool
    /// Homes the stage and returns when it is done; throws an error that says how far it has come.
    func run(_ axes: [SerialAxis], on line: SerialLine) throws
}
