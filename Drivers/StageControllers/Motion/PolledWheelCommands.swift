public import Transports

/// The commands of a wheel that can be asked whether it turns.
public protocol PolledWheelCommands: Sendable {
    /// Where it stands, from 0; nil if it is at none of its positions.
    func position(_ lines: LineProtocol) throws -> Int?
    /// Whether it can say where it stands; one that cannot is believed to be where it was sent.
    var tellsPosition: Bool { get }
    func isMoving(_ lines: LineProtocol) throws -> Bool
    func startMove(to position: Int, _ lines: LineProtocol) throws
    /// Whether it has to find out where it is before it can go anywhere.
    func needsHoming(_ lines: LineProtocol) throws -> Bool
    func startHoming(_ lines: LineProtocol) throws
}

extension PolledWheelCommands {
    public var tellsPosition: Bool { true }
    public func needsHoming(_: LineProtocol) throws -> Bool { false }
    public func startHoming(_: LineProtocol) throws {}
}
