internal import CPlatform

/// The signals of a crash: SIGABRT, SIGSEGV and their like.
public enum CrashSignals {
    /// Makes them end this process also when another process has sent them; call it once, at the start.
    ///
    /// Swift's runtime handles them to print a backtrace, and then waits for the fault to come again.
    public static func endProcess() { end_by_crash_signals() }
}
