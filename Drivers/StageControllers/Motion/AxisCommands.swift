public import Devices
public import Transports

/// The commands of one axis, in the words of its controller's maker; places are in the controller's own units.
public protocol AxisCommands: Sendable {
    func position(_ lines: LineProtocol) throws -> Double
    func isMoving(_ lines: LineProtocol) throws -> Bool
    /// Begins a move to a place, which takes the place of one that goes on.
    func startMove(to position: Double, _ lines: LineProtocol) throws
    /// How far it goes; nil if the controller does not know.
    func limits(_ lines: LineProtocol) throws -> AxisLimits?
    /// How far from where it was sent it may stand.
    var tolerance: Double { get }
    /// Why it may have stopped; nil if the controller knows of nothing.
    func obstacle(_ lines: LineProtocol) throws -> String?
}

extension AxisCommands {
    public func obstacle(_: LineProtocol) throws -> String? { nil }
}
