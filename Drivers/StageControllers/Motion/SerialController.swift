public import Devices
public import Transports

/// A controller on a serial line and the devices that share the line.
public final class SerialController: Controller, SerialDevice {
    public let typeName: String
    public let line: SerialLine
    public let devices: [(name: String, device: any Device)]
    public let settings: [Setting]
    public var enabledSession: Int?
    private let shutters: Shutters
    private let ownsLine: Bool

    /// - Parameter ownsLine: whether shutting this controller down closes the line.
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

/// The commands of a shutter.
public protocol ShutterCommands: Sendable {
    /// The name; its setting is called `shutter 1 open`.
    var name: String { get }
    func isOpen(_ lines: LineProtocol) throws -> Bool
    func setOpen(_ isOpen: Bool, _ lines: LineProtocol) throws
}

/// A controller's shutters, each one a setting of the controller.
///
/// Shutters opened by a client are closed when the controller is disabled or shut down.
final class Shutters {
    private let commands: [any ShutterCommands]
    private var opened: Set<String> = []

    init(_ commands: [any ShutterCommands]) { self.commands = commands }

    func settings(on line: SerialLine) -> [Setting] {
        commands.map { shutter in
            Setting("\(shutter.name) open", on: line, get: shutter.isOpen) { isOpen, lines in
                try shutter.setOpen(isOpen, lines)
                if isOpen { self.opened.insert(shutter.name) } else { self.opened.remove(shutter.name) }
                guard try shutter.isOpen(lines) == isOpen else {
                    throw DeviceError(.failed, "\(line.title): \(shutter.name) did not \(isOpen ? "open" : "close")")
                }
            }
        }
    }

    func closeOpened(on line: SerialLine) throws {
        try commands.filter { opened.contains($0.name) }.attemptEach { shutter in
            try line.perform { try shutter.setOpen(false, $0) }
            opened.remove(shutter.name)
        }
    }
}
