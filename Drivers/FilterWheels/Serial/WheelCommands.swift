public import Devices
public import Transports

/// The commands of a wheel that answers an order to move when it has arrived, and to nothing before that.
public protocol WheelCommands: Sendable {
    /// What is asked once, for its settings.
    associatedtype Facts: Sendable

    /// The name of the class in Python, for its error messages: `ThorlabsFilterWheel`.
    static var typeName: String { get }

    /// Makes the device talk as this driver needs it, and tells its serial number, or what there is in its place.
    func identify(_ lines: LineProtocol) throws -> String
    func positionCount(_ lines: LineProtocol) throws -> Int
    /// Where it stands, from 0; throws what says why that cannot be told.
    func position(_ lines: LineProtocol) throws -> Int

    /// What to send for a move, one after the other, each when the one before it has been answered.
    ///
    /// - Parameter isFirst: whether it is the first one since the port was opened.
    func orders(to position: Int, isFirst: Bool) -> [String]
    /// Whether a line that comes after an order says that it has been carried out; throws if it says that it was not.
    func isDone(_ order: String, line: String) throws -> Bool
    /// The longest that an order takes.
    var travelLimit: Duration { get }

    func facts(_ lines: LineProtocol) throws -> Facts
    func settings(of wheel: SerialWheel<Self>) -> [Setting]
}
