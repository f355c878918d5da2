internal import Glibc

/// State that one thread at a time may use, with a way to wait until it has become what a thread needs.
///
/// A mutex and a condition variable. `Synchronization.Mutex` lacks the waiting, and it spins before it sleeps, which is
/// right for moments and wrong for calls to hardware.
///
/// Where nothing but values may get out, as with open devices, use ``confined(_:)``: it takes a `@Sendable` function with
/// a `Sendable` result, and the compiler refuses the rest. (`Mutex` lets through what its `sending` should stop.)
// Why unchecked: the state is only ever touched while the mutex is held.
@safe public final class Lock<State: ~Copyable>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // The last one: a state without a size, such as `()`, has the address of what is behind it, whose use ThreadSanitizer
    // would take for a race.
    private var state: State

    public init(_ state: consuming sending State) {
        self.state = state
        unsafe pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        // Limits must not move when somebody sets the clock.
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(changed, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(mutex)
        unsafe changed.deallocate()
        unsafe mutex.deallocate()
    }

    /// Uses a state of which the compiler lets nothing out but values.
    public func confined<Result: Sendable, Failure: Error>(
        _ body: @Sendable (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withLock(body)
    }

    /// Looks at the state, or changes it in a way that no thread waits for.
    public func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Changes the state and wakes the threads that wait for a change.
    public func update<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { unsafe pthread_cond_broadcast(changed) }
        return try withLock(body)
    }

    /// Waits until the body returns a value other than nil; returns nil if the limit passes first.
    ///
    /// The body runs with the lock held, once at the start and again after each change. It may change the state.
    public func wait<Result, Failure: Error>(
        within limit: Duration? = nil,
        _ body: (inout State) throws(Failure) -> Result?
    ) throws(Failure) -> Result? {
        let deadline = limit.map(Self.deadline)
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = try body(&state) { return result }
            if var deadline {
                let status = unsafe pthread_cond_timedwait(changed, mutex, &deadline)
                if status == ETIMEDOUT { return try body(&state) }
            } else {
                unsafe pthread_cond_wait(changed, mutex)
            }
        }
    }

    private static func deadline(after limit: Duration) -> timespec {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        // A year stands for any longer wait and keeps the sum within its bounds.
        let (seconds, attoseconds) = min(max(limit, .zero), .seconds(31_536_000)).components
        let nanoseconds = now.tv_nsec + Int(attoseconds / 1_000_000_000)
        return timespec(
            tv_sec: now.tv_sec + Int(seconds) + nanoseconds / 1_000_000_000,
            tv_nsec: nanoseconds % 1_000_000_000
        )
    }
}
