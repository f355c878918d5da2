internal import Platform

/// The commands with which clients have changed a device's settings, sent again after its port was lost.
///
/// A device that lost its port may have lost its power and, with it, every setting that it does not save.
public final class RestoredCommands: Sendable {
    private struct State {
        var identity: String?
        var commands: [(name: String, send: @Sendable (LineProtocol) throws -> Void)] = []
    }

    private let state = Lock(State())

    public init() {}

    /// Sends a command and keeps it, in place of an earlier one with this name, if the device accepts it.
    public func perform(
        _ name: String,
        _ lines: LineProtocol,
        _ send: @escaping @Sendable (LineProtocol) throws -> Void
    ) throws {
        try send(lines)
        state.withLock { state in
            state.commands.removeAll { $0.name == name }
            state.commands.append((name, send))
        }
    }

    /// Sends the kept commands again, in the order in which they were last given, if the device is still the same.
    ///
    /// A command that the device now refuses is forgotten: it must not keep the device from being used.
    ///
    /// - Parameter identity: the serial number or other identification of the device that is there now.
    public func restore(_ lines: LineProtocol, identity: String) throws {
        let commands = state.withLock { state in
            let isSame = state.identity == nil || state.identity == identity
            state.identity = state.identity ?? identity
            return isSame ? state.commands : []
        }
        for (name, send) in commands {
            do { try send(lines) } catch SerialError.refused {
                state.withLock { state in state.commands.removeAll { $0.name == name } }
            }
        }
    }
}
