internal import Glibc
public import Platform
internal import Synchronization

/// A receiver of the signals that ask a process to end or to reload, which then no longer end it at once.
///
/// The signal handler writes to a pipe that a thread reads, so it does not matter which thread the kernel interrupts.
public final class EndSignals: Sendable {
    private static let signals = [
        (number: SIGINT, name: "SIGINT"), (number: SIGTERM, name: "SIGTERM"), (number: SIGHUP, name: "SIGHUP"),
    ]
    /// The end of the pipe that the handler writes to.
    ///
    /// A signal handler cannot capture anything.
    private static let target = Atomic<Int32>(-1)

    private let isStopped = Atomic(false)

    /// - Parameter handler: called on a thread of its own with the name of each signal, such as `SIGINT`.
    public init(_ handler: @escaping @Sendable (_ name: String) -> Void) throws(SystemError) {
        var ends: [Int32] = [0, 0]
        guard unsafe pipe(&ends) == 0 else { throw SystemError("cannot make a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (source, target) = (ends[0], ends[1])
        try BlockingThread.start("signals") { [self] in
            while let number = Self.read(source) {
                guard !isStopped.load(ordering: .acquiring) else { continue }
                if let signal = Self.signals.first(where: { $0.number == number }) { handler(signal.name) }
            }
        }
        Self.target.store(target, ordering: .releasing)
        for (number, _) in Self.signals where !Self.isIgnored(number) {
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                let before = errno
                _ = unsafe write(EndSignals.target.load(ordering: .acquiring), &byte, 1)
                errno = before
            }
        }
    }

    /// Whether the program was started with hang-ups ignored, as `nohup` does.
    ///
    /// SIGINT does not count: shells start background programs with SIGINT ignored, which is not meant for a server.
    private static func isIgnored(_ number: Int32) -> Bool {
        guard number == SIGHUP else { return false }
        var action = sigaction()
        guard unsafe sigaction(number, nil, &action) == 0 else { return false }
        // SIG_IGN is a number, not a function, and cannot be compared as a function.
        let (now, ignoring) = unsafe (
            unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self), unsafeBitCast(SIG_IGN, to: UInt.self)
        )
        return now == ignoring
    }

    private static func read(_ pipe: Int32) -> Int32? {
        var number: UInt8 = 0
        while true {
            let count = unsafe Glibc.read(pipe, &number, 1)
            if count == 1 { return Int32(number) }
            guard count < 0, errno == EINTR else { return nil }
        }
    }

    /// Stops calling the handler.
    public func stop() { isStopped.store(true, ordering: .releasing) }

    /// The names of the signals as they arrive.
    static var names: AsyncStream<String> {
        get throws(SystemError) {
            let (names, continuation) = AsyncStream<String>.makeStream()
            let signals = try EndSignals { continuation.yield($0) }
            continuation.onTermination = { _ in signals.stop() }
            return names
        }
    }
}
