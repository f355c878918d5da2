internal import Glibc

/// A thread of its own for work that blocks: a client's connection, a camera's frames, a device's wire.
///
/// The tasks of Swift concurrency share as many threads as the machine has cores; two calls that block in them stop
/// everything else, so what waits for hardware or for a client waits here.
public final class BlockingThread: Sendable {
    private let finished = Monitor(false)

    /// Starts a thread that ends when the body returns.
    ///
    /// - Parameter name: what `ps -T` and a debugger call it, of which Linux keeps 15 bytes.
    public init(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let finished = finished
        let start = Start(name: name) {
            body()
            finished.update { $0 = true }
        }
        var thread = pthread_t()
        let status = unsafe pthread_create(&thread, nil, runThread, Unmanaged.passRetained(start).toOpaque())
        // Without threads no device can be served, and there is nobody to tell but whoever reads the log.
        precondition(status == 0, "pthread_create: \(unsafe String(cString: strerror(status)))")
        pthread_detach(thread)
    }

    /// Waits until the thread has ended; false if it has not within the limit.
    @discardableResult
    public func join(within limit: Duration? = nil) -> Bool {
        finished.wait(within: limit) { $0 ? true : nil } ?? false
    }

    /// What the body returns, which runs on a thread of its own while the task waits.
    ///
    /// - Parameter name: as with ``init(_:_:)``.
    public static func value<Result: Sendable>(
        _ name: String,
        of body: @escaping @Sendable () -> Result
    ) async -> Result {
        await withCheckedContinuation { continuation in
            _ = BlockingThread(name) { continuation.resume(returning: body()) }
        }
    }
}

/// What a new thread is given: its name and what to run.
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
