import Glibc
import Testing

@testable import Server

@Suite struct ServiceReportTests {
    private func socket(_ name: String) throws -> ServiceSocket {
        try ServiceSocket("@device-server report \(name) \(getpid())")
    }

    /// Runs a report for as long as the body does.
    private func reporting(_ report: ServiceReport, _ body: () async throws -> Void) async rethrows {
        let task = Task { await report.run() }
        defer { task.cancel() }
        try await body()
    }

    @Test func readyWhenEachHasBeenServedOrHasFailed() async throws {
        let (socket, health) = (try socket("ready"), ServiceHealth())
        for name in ["Camera", "Laser"] { health.add(name) }
        await reporting(ServiceReport(to: try socket.notifier(), on: health)) {
            #expect(await socket.next() == ["STATUS=0 of 2 definitions are served; not: Camera, Laser"])
            health.note("Laser", .served)
            #expect(await socket.next() == ["STATUS=1 of 2 definitions are served; not: Camera"])
            health.note("Camera", .missing)
            #expect(await socket.next() == ["STATUS=1 of 2 definitions are served; not: Camera"])
            #expect(await socket.next() == ["READY=1"])
            health.note("Camera", .served)
            #expect(await socket.next() == ["STATUS=2 of 2 definitions are served"])
            health.remove("Laser")
            #expect(await socket.next() == ["STATUS=1 of 1 definitions are served"])
        }
    }

    @Test func whatIsStillLookedForIsNotWaitedForForEver() async throws {
        let (socket, health) = (try socket("patience"), ServiceHealth())
        health.add("Camera")
        await reporting(
            ServiceReport(to: try socket.notifier(), on: health, patience: .milliseconds(1))
        ) {
            #expect(await socket.next() == ["STATUS=0 of 1 definitions are served; not: Camera"])
            let next = await socket.next()
            // The status again, if it was sent before the wait was over.
            if next.first?.hasPrefix("STATUS=") == true {
                #expect(await socket.next() == ["READY=1"])
            } else {
                #expect(next == ["READY=1"])
            }
        }
    }

    @Test func signsOfLifeComeAtHalfTheLimit() async throws {
        let (socket, health) = (try socket("life"), ServiceHealth())
        let begin = ContinuousClock.now
        await reporting(
            ServiceReport(to: try socket.notifier(["WATCHDOG_USEC": "100000"]), on: health)
        ) {
            var signs = 0
            while signs < 4 { signs += await socket.next() == ["WATCHDOG=1"] ? 1 : 0 }
            // The first comes at once.
            #expect(ContinuousClock.now - begin >= .milliseconds(150))
        }
    }
}
