/// How a serial port talks: 8 bits a byte, as all devices here do, and no flow control unless stated.
public struct PortSettings: Sendable, Hashable {
    public enum Parity: Sendable { case none, even, odd }
    public enum StopBits: Sendable { case one, two }
    public enum FlowControl: Sendable {
        case none
        /// By the lines RTS and CTS.
        case hardware
        /// By the bytes XON and XOFF.
        case software
    }

    /// Bits a second; any rate that the adapter can do, not only those that have a name.
    public var baudRate: Int
    public var parity: Parity
    public var stopBits: StopBits
    public var flowControl: FlowControl

    public init(
        baudRate: Int,
        parity: Parity = .none,
        stopBits: StopBits = .one,
        flowControl: FlowControl = .none
    ) {
        self.baudRate = baudRate
        self.parity = parity
        self.stopBits = stopBits
        self.flowControl = flowControl
    }
}
