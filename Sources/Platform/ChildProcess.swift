// Without @preconcurrency the environment of the C library could not be read at all.
@unsafe @preconcurrency internal import Glibc

/// A program that runs as a child of this one, in a process group of its own.
///
/// Attending to it needs neither a thread nor a descriptor, so no limit of the system can get in the way of a child that
/// has been started. One that cannot be started is an error, and can be tried again.
public final class ChildProcess: Sendable {
    /// The way in which a process has ended.
    public enum End: Sendable, Equatable {
        case exited(status: Int32)
        case signaled(Int32)
    }

    public let id: Int32
    private let state = Lock<End?>(nil)

    /// Starts a program, with this process's standard error as its standard output too.
    ///
    /// - Parameters:
    ///   - arguments: with the name of the program as the first.
    ///   - environment: variables added to those of this process.
    ///   - input: a descriptor that becomes the standard input; the child gets no other one.
    public init(
        _ program: String,
        arguments: [String],
        environment: [String: String],
        input: Int32
    ) throws(SystemError) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // Signals that this process ignores or blocks must reach the child.
        var (all, none) = (sigset_t(), sigset_t())
        unsafe sigfillset(&all)
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        Self.keepDescriptors()
        let variables = Self.variables(adding: environment)
        var id = pid_t()
        let status = unsafe Self.withStrings(arguments) { arguments in
            unsafe Self.withStrings(variables) { variables in
                unsafe posix_spawn(&id, program, &actions, &attributes, arguments, variables)
            }
        }
        guard status == 0 else { throw SystemError("cannot start \(program)", code: status) }
        self.id = id
    }

    /// How the process has ended; nil while it runs.
    public var end: End? {
        state.withLock { end in
            if end == nil { end = Self.collect(id) }
            return end
        }
    }

    /// Sends a signal, unless the process has ended.
    public func signal(_ number: Int32) {
        // Within the lock, so that the process id cannot belong to another process meanwhile.
        state.withLock { end in
            if end == nil { end = Self.collect(id) }
            if end == nil { kill(id, number) }
        }
    }

    private static func collect(_ id: pid_t) -> End? {
        var status: Int32 = 0
        let result = unsafe waitpid(id, &status, WNOHANG)
        // Somebody else has collected it, as with SIGCHLD ignored.
        if result < 0, errno == ECHILD { return .exited(status: 0) }
        guard result == id else { return nil }
        let number = status & 0x7f
        return number == 0 ? .exited(status: status >> 8 & 0xff) : .signaled(number)
    }

    /// Makes sure that children inherit no descriptor of this process: another child's channel would stay open with them.
    private static func keepDescriptors() {
        for descriptor in FileSystem.names(in: "/proc/self/fd").compactMap({ Int32($0) }) where descriptor > 2 {
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
    }

    private static func variables(adding new: [String: String]) -> [String] {
        var variables: [String] = []
        var next = unsafe environ
        while let text = unsafe next.pointee {
            let variable = unsafe String(cString: text)
            if new[String(variable.prefix { $0 != "=" })] == nil { variables.append(variable) }
            unsafe next += 1
        }
        return variables + new.map { "\($0.key)=\($0.value)" }
    }

    /// Calls a function with C strings; returns ENOMEM if memory for them cannot be allocated.
    @unsafe private static func withStrings(
        _ strings: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32
    ) -> Int32 {
        var pointers = unsafe strings.map { unsafe strdup($0) }
        defer { unsafe pointers.forEach { unsafe free($0) } }
        guard unsafe !pointers.contains(where: { unsafe $0 == nil }) else { return ENOMEM }
        unsafe pointers.append(nil)
        return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.map { unsafe body($0) } ?? ENOMEM
        }
    }
}
