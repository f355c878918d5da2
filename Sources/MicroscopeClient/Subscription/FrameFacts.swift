public import Devices

/// The server's knowledge of a frame or reading; what it does not know is nil.
///
/// There is none from servers that send by Pyro's call-back alone.
public struct FrameFacts: Sendable, Hashable {
    /// The places where frames can be lost, by their names in ``lost``.
    public static let places = ["camera", "sdk", "server", "network", "client", "process"]

    /// The number of the frame, from 0 on: every frame that the camera has delivered or lost.
    public let number: Int
    /// The frames lost since the one before, by place.
    public let lost: [String: Int]
    /// The time by the camera's clock, in seconds since 1970.
    public internal(set) var hardwareTime: Double?
    /// In seconds.
    public internal(set) var exposureTime: Double?
    /// The trigger that made this frame, from 0 on since the device was enabled.
    public internal(set) var trigger: Int?
    public internal(set) var roi: ROI?
    public internal(set) var binning: Binning?
    public internal(set) var transform: Transform?

    init(number: Int, lost: [String: Int]) { (self.number, self.lost) = (number, lost) }
}

/// The way on which frames come from a server.
public enum FrameWay: String, Sendable {
    /// The server's own memory, without a copy: both programs run on one machine.
    case sharedMemory = "shared memory"
    /// A connection that this program opens to the device's port.
    case ownConnection = "own connection"
    /// A connection that the server opens to this program.
    case callBack = "Pyro's call-back"
}
