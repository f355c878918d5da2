public import Devices

/// The options of a light source on a serial line.
public struct LightOptions: SerialLineOptions {
    /// Which port it is at.
    public var port: PortName
    /// Whether light that is on when the server starts stays on; it is switched off unless this is given.
    public var leaveAsIs: Bool?
    /// Bits a second, for devices that can be set to another rate than they come with.
    public var baudRate: Count?

    private enum CodingKeys: String, CodingKey {
        case port
        case leaveAsIs = "leave_as_is"
        case baudRate = "baudrate"
    }

    public init(port: PortName, leaveAsIs: Bool? = nil, baudRate: Count? = nil) {
        self.port = port
        self.leaveAsIs = leaveAsIs
        self.baudRate = baudRate
    }
}
