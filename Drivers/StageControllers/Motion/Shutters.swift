internal import Devices
public import Transports

/// The commands of a shutter.
public protocol ShutterCommands: Sendable {
    /// What the setting for it is called: `shutter 1 open`.
    var name: String { get }
    func isOpen(_ lines: LineProtocol) throws -> Bool
    func setOpen(_ isOpen: Bool, _ lines: LineProtocol) throws
}

/// A controller's shutters, each a setting of it.
///
/// Those that were opened are closed when it is disabled or ends.
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
