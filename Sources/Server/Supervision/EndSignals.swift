internal import Dispatch
internal import Glibc

/// The signals that ask a process to end, which from now on are told instead of ending it at once.
final class EndSignals: @unchecked Sendable {
    // Why unchecked: the sources are Dispatch's, which may be used from anywhere, and are not touched again.
    private let sources: [any DispatchSourceSignal]

    init(_ handler: @escaping @Sendable (_ name: String) -> Void) {
        sources = [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM")].map { number, name in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { handler(name) }
            source.activate()
            return source
        }
    }

    deinit { for source in sources { source.cancel() } }

    /// Does nothing but keep the object until here.
    func stop() { withExtendedLifetime(self) {} }

    /// The names of the signals as they come.
    static var names: AsyncStream<String> {
        AsyncStream { continuation in
            let signals = EndSignals { continuation.yield($0) }
            continuation.onTermination = { _ in signals.stop() }
        }
    }
}
