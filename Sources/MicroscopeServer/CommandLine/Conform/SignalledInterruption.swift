import Contracts
import Glibc
import Server
import Synchronization

/// An interruption that SIGINT, SIGTERM or SIGHUP asks for; another signal ends the program at once.
final class SignalledInterruption: Sendable {
    let interruption = Interruption()
    /// The first signal that came; 0 before.
    private let number = Atomic<Int32>(0)

    /// The status of a program that ended for a signal; nil if none came.
    var status: Int32? {
        let number = number.load(ordering: .acquiring)
        return number == 0 ? nil : 128 + number
    }

    init() { _ = EndSignals { [self] in receive($0) } }

    private func receive(_ name: String) {
        var standardError = StandardError()
        let signal = [("SIGTERM", SIGTERM), ("SIGHUP", SIGHUP)].first { $0.0 == name }?.1 ?? SIGINT
        guard number.compareExchange(expected: 0, desired: signal, ordering: .acquiringAndReleasing).exchanged else {
            print("Ended without waiting for the device: see to it that it is safe.", to: &standardError)
            _exit(status ?? EXIT_FAILURE)
        }
        interruption.ask()
        print("\(name): the device is being shut down. Once more ends without waiting for it.", to: &standardError)
    }
}
