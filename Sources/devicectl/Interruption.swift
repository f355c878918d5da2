import ArgumentParser
import Glibc
import Platform
import Server

/// The signals that end a command which has a device in its hands: SIGINT, SIGTERM and SIGHUP.
///
/// The first one cancels the command's work, which then puts the device back; a second one ends the program at once.
final class Interruption: Sendable {
    private struct State {
        var signal: Int32?
        var cancel: (@Sendable () -> Void)?
    }

    private let state = Lock(State())

    /// How long a device may take to be put back.
    private static let patience = Duration.seconds(15)

    init() throws {
        do { _ = try EndSignals { [self] in receive($0) } } catch {
            Output.note("devicectl: \(error)")
            throw ExitCode(EX_OSERR)
        }
    }

    /// The exit status after a signal, 128 and its number; nil without one.
    var status: Int32? { state.withLock { $0.signal.map { 128 + $0 } } }

    /// Whether the signal was Ctrl-C.
    var isInterrupted: Bool { state.withLock { $0.signal == SIGINT } }

    /// Runs a body whose task the first signal cancels; after it, the program ends with ``status``.
    func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let task = Task(operation: body)
        let isOver = state.withLock { state in
            state.cancel = { task.cancel() }
            return state.signal != nil
        }
        if isOver { task.cancel() }
        do { try await task.value } catch {
            guard let status else { throw error }
            if !(error is CancellationError) { Output.note("devicectl: \(error)") }
            throw ExitCode(status)
        }
    }

    private func receive(_ name: String) {
        let number = [("SIGTERM", SIGTERM), ("SIGHUP", SIGHUP)].first { $0.0 == name }?.1 ?? SIGINT
        let (isFirst, cancel) = state.withLock { state in
            defer { state.signal = state.signal ?? number }
            return (state.signal == nil, state.cancel)
        }
        guard isFirst else { Self.end(number) }
        cancel?()
        _ = try? BlockingThread.start("impatience") {
            Pause.wait(for: Self.patience)
            Self.end(number)
        }
    }

    private static func end(_ number: Int32) -> Never {
        Output.note("devicectl: ended without putting the device back")
        _exit(128 + number)
    }
}
