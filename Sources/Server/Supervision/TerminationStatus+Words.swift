internal import Glibc
internal import Subprocess

extension TerminationStatus {
    /// How a process ended, as people say it: `crashed (SIGSEGV)`.
    var inWords: String {
        switch self {
        case .exited(let status): return "ended by itself with status \(status)"
        case .signaled(let number):
            let name = Self.names[number] ?? "signal \(number)"
            return Self.crashes.contains(number) ? "crashed (\(name))" : "was killed (\(name))"
        }
    }

    /// The signals that a process gets for what it did itself.
    private static let crashes: Set<Int32> = [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP]

    private static let names: [Int32: String] = [
        SIGABRT: "SIGABRT", SIGALRM: "SIGALRM", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGHUP: "SIGHUP",
        SIGILL: "SIGILL", SIGINT: "SIGINT", SIGKILL: "SIGKILL", SIGPIPE: "SIGPIPE", SIGQUIT: "SIGQUIT",
        SIGSEGV: "SIGSEGV", SIGSYS: "SIGSYS", SIGTERM: "SIGTERM", SIGTRAP: "SIGTRAP", SIGUSR1: "SIGUSR1",
        SIGUSR2: "SIGUSR2", SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ",
    ]
}
