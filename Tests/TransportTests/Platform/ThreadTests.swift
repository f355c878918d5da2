import Platform
import Testing

@Suite struct ThreadTests {
    @Test func threadRunsItsBodyAndEnds() throws {
        let count = Lock(0)
        let thread = try BlockingThread.start("counting") { count.update { $0 += 1 } }
        #expect(thread.join(within: .seconds(60)))
        #expect(count.withLock { $0 } == 1)
    }

    /// As when `ulimit -u` or systemd's TasksMax is reached; here the stack is larger than any address space.
    @Test func refusedThreadIsAnErrorAndItsBodyDoesNotRun() {
        let count = Lock(0)
        let error = #expect(throws: SystemError.self) {
            try BlockingThread.start("too large", stackSize: 1 << 60) { count.update { $0 += 1 } }
        }
        #expect(error?.description.hasPrefix("cannot start the thread 'too large': ") == true)
        #expect(count.withLock { $0 } == 0)
    }

    /// What the body captured must not be kept alive by a thread that never ran.
    @Test func refusedThreadKeepsNothing() {
        final class Witness: Sendable {}
        weak var kept: Witness?
        do {
            let witness = Witness()
            kept = witness
            _ = try? BlockingThread.start("too large", stackSize: 1 << 60) { _ = witness }
        }
        #expect(kept == nil)
    }

    @Test func valueIsThatOfTheBody() async {
        #expect(await BlockingThread.value("adding", of: { 20 + 22 }) == 42)
    }
}
