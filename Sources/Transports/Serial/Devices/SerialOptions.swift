public import Devices

/// The options of a device on a serial line that has none of its own.
public struct SerialOptions: SerialLineOptions {
    /// Which port it is at.
    public var port: PortName
    /// Bits a second, for devices that can be set to another rate than they come with.
    public var baudRate: Count?

    private enum CodingKeys: String, CodingKey {
        case port
        case baudRate = "baudrate"
    }

    public init(port: PortName, baudRate: Count? = nil) {
        self.port = port
        self.baudRate = baudRate
    }
}
