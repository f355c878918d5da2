internal import Glibc

/// State that one thread at a time may use, for as long as that takes; the others sleep.
///
/// What is done with the state is a `@Sendable` function with a `Sendable` result, so that nothing of the state can get
/// out but values; the compiler refuses the rest. (`Synchronization.Mutex` lets through what its `sending` should stop,
/// and spins before it sleeps, which is right for moments and wrong for calls to hardware.)
// Why unchecked: the state is only ever touched while the mutex is held.
@safe public final class Lock<State>: @unchecked Sendable {
    private let state: UnsafeMutablePointer<State>
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

    public init(_ state: consuming sending State) {
        unsafe self.state = .allocate(capacity: 1)
        unsafe self.state.initialize(to: state)
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    public func withLock<Result: Sendable, Failure: Error>(
        _ body: @Sendable (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try unsafe body(&state.pointee)
    }
}
