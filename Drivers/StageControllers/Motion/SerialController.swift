public import Devices
public import Transports

/// A controller on a serial line, with the devices that share its wire.
public final class SerialController: Controller, SerialDevice {
    public let typeName: String
    public let line: SerialLine
    public let devices: [(name: String, device: any Device)]
    public let settings: [Setting]
    public var enabledSession: Int?
    private let shutters: Shutters
    private let ownsLine: Bool

    /// - Parameter ownsLine: whether the line ends with this controller, as it does not if it is on another's.
    init(
        _ typeName: String,
        _ devices: [(name: String, device: any Device)],
        on line: SerialLine,
        shutters: Shutters = Shutters([]),
        settings: [Setting] = [],
        ownsLine: Bool = true
    ) {
        (self.typeName, self.devices, self.line) = (typeName, devices, line)
        (self.shutters, self.ownsLine) = (shutters, ownsLine)
        self.settings = settings + shutters.settings(on: line)
    }

    public func performDisable() throws { try shutters.closeOpened(on: line) }
    public func performShutdown() { if ownsLine { line.close() } }
}
