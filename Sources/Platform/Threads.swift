internal import Glibc

/// A thread for work that blocks: a client's connection, a camera's frames, a device's wire.
///
/// The tasks of Swift concurrency share as many threads as the machine has cores. Two calls that block in them stop
/// everything else, so whatever waits for hardware or for a client waits on a thread of its own.
public final class BlockingThread: Sendable {
    private let finished = Lock(false)

    /// Starts a thread that ends when the body returns.
    ///
    /// - Parameters:
    ///   - name: what `ps -T` and a debugger show; Linux keeps 15 bytes of it.
    ///   - stackSize: the default is the system's.
    /// - Throws: if the system does not grant another thread, as when a limit of the user or the service is reached.
    ///   The body does not run then.
    @discardableResult
    public static func start(
        _ name: String,
        stackSize: Int? = nil,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) -> BlockingThread {
        let thread = BlockingThread()
        try thread.start(name, stackSize, body)
        return thread
    }

    /// Starts a thread as soon as the system grants one, for work that must not be given up.
    @discardableResult
    public static func startEventually(_ name: String, _ body: @escaping @Sendable () -> Void) -> BlockingThread {
        let thread = BlockingThread()
        do { try thread.start(name, nil, body) } catch {
            Task {
                repeat {
                    try? await Task.sleep(for: .milliseconds(500))
                } while (try? thread.start(name, nil, body)) == nil
            }
        }
        return thread
    }

    private init() {}

    private func start(
        _ name: String,
        _ stackSize: Int?,
        _ body: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        let start = Start(name: name) { [finished] in
            body()
            finished.update { $0 = true }
        }
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        if let stackSize { unsafe pthread_attr_setstacksize(&attributes, stackSize) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(start)
        let status = unsafe pthread_create(&thread, &attributes, runThread, argument.toOpaque())
        guard status == 0 else {
            unsafe argument.release()
            throw SystemError("cannot start the thread '\(name)'", code: status)
        }
    }

    /// Waits until the thread has ended; false if it has not within the limit.
    @discardableResult
    public func join(within limit: Duration? = nil) -> Bool {
        finished.wait(within: limit) { $0 ? true : nil } ?? false
    }

    /// Runs the body on a thread of its own while the calling task waits for its result.
    ///
    /// While the system grants no thread, this tries again for two seconds. Then the body runs in the task itself: late
    /// and in the way of other tasks is better than never.
    ///
    /// - Parameter name: as with ``start(_:stackSize:_:)``.
    public static func value<Result: Sendable>(
        _ name: String,
        of body: @escaping @Sendable () -> Result
    ) async -> Result {
        for _ in 0..<20 {
            let result: Result? = await withCheckedContinuation { continuation in
                do { try start(name) { continuation.resume(returning: body()) } } catch {
                    continuation.resume(returning: nil)
                }
            }
            if let result { return result }
            try? await Task.sleep(for: .milliseconds(100))
        }
        return body()
    }
}

/// The argument of a new thread: its name and its work.
private final class Start {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
    ProcessName.setOfThread(start.name)
    start.body()
    return nil
}

/// The names of processes and threads that `ps`, `ss` and a debugger show.
///
/// Linux keeps 15 bytes.
public enum ProcessName {
    /// Names this process.
    public static func set(_ name: String) { write(name, to: "/proc/self/comm") }

    /// Names the calling thread.
    static func setOfThread(_ name: String) { write(name, to: "/proc/thread-self/comm") }

    /// Uses a file, since Swift cannot call the C functions for it.
    private static func write(_ name: String, to path: String) {
        let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = unsafe Array(name.utf8.prefix(15)).withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        close(file)
    }
}
