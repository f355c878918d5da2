internal import Logging
internal import Platform
internal import Pyro

/// The address of a definition, which stays open while workers come and go.
///
/// Clients that connect while a worker is being replaced wait for the next one. If that takes long, and before the first
/// worker serves, they are refused as Pyro refuses clients, with the reason.
final class ServicePort: Sendable {
    private struct State {
        var listener: ListeningSocket?
        /// The server that refuses clients.
        var refusing: PyroServer?
        var isServed = false
        var isClosed = false
        /// The number of changes, by which a wait notices that it is outdated.
        var changes = 0
    }

    /// How long clients wait for a worker before they are refused.
    private static let patience = Duration.seconds(2)

    private let endpoint: Endpoint
    private let pyro: PyroOptions
    private let log: Logger
    private let reason: @Sendable () -> String
    private let state = Lock(State())

    /// - Parameter reason: the reason why the devices are not served.
    init(_ definition: Definition, log: Logger, reason: @escaping @Sendable () -> String) {
        (endpoint, pyro) = (definition.endpoint, definition.pyro)
        var quiet = log
        // Clients that try again and again would fill the log.
        quiet.logLevel = .warning
        (self.log, self.reason) = (quiet, reason)
    }

    /// Listens, unless it does already.
    func open() throws -> ListeningSocket {
        if let listener = state.withLock(\.listener) { return listener }
        let listener = try ListeningSocket(at: endpoint)
        state.withLock { $0.listener = listener }
        noteAbsence()
        return listener
    }

    /// Notes that a worker accepts clients.
    func noteService() { stopRefusing { $0.isServed = true } }

    /// Notes that no worker accepts clients, who are refused after a while.
    func noteAbsence() {
        let changes = state.withLock { state in
            state.isServed = false
            state.changes += 1
            return state.changes
        }
        Task {
            try await Task.sleep(for: Self.patience)
            await BlockingThread.value("refusing") { self.refuse(ifStill: changes) }
        }
    }

    /// Stops listening.
    func close() {
        stopRefusing { state in
            state.isClosed = true
            state.listener = nil
        }
    }

    private func stopRefusing(_ change: (inout State) -> Void) {
        let refusing = state.withLock { state in
            change(&state)
            state.changes += 1
            defer { state.refusing = nil }
            return state.refusing
        }
        refusing?.stop(within: .zero)
    }

    private func refuse(ifStill changes: Int) {
        // Keys and certificates that cannot be read are the worker's to report.
        guard let settings = try? PyroSettings(pyro) else { return }
        state.withLock { state in
            guard state.changes == changes, !state.isServed, !state.isClosed, state.refusing == nil,
                let listener = state.listener
            else { return }
            state.refusing = try? PyroServer(
                at: endpoint,
                on: listener,
                options: settings.server,
                log: log,
                refusing: reason,
                translate: ErrorTranslation.exception
            )
            state.refusing?.start()
        }
    }
}
