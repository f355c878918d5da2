import Platform
import Testing

@testable import Server

@Suite struct ServiceHealthTests {
    @Test func aReasonIsToldWhenItIsNewAndThenOnceAnHour() {
        let health = ServiceHealth()
        health.add("Camera")
        #expect(health.fail("Camera", "not there", at: 1000))
        #expect(!health.fail("Camera", "not there", retryIn: .seconds(30), at: 1030))
        #expect(health.fail("Camera", "busy", at: 1060))
        #expect(!health.fail("Camera", "busy", at: 4659))
        #expect(health.fail("Camera", "busy", at: 4660))
        #expect(!health.fail("Camera", "busy", at: 4661))
        #expect(health.failure(of: "Camera")?.time == 4661)
    }

    @Test func whatHasBeenServedSinceIsToldAgain() {
        let health = ServiceHealth()
        health.add("Camera")
        #expect(health.fail("Camera", "killed", retryIn: .seconds(2), at: 1000))
        #expect(health.failure(of: "Camera") == ServiceFailure(reason: "killed", time: 1000, retryTime: 1002))
        health.note("Camera", .served)
        let recovery = health.failure(of: "Camera")?.recoveryTime
        #expect(recovery != nil)
        health.note("Camera", .served)
        #expect(health.failure(of: "Camera")?.recoveryTime == recovery)
        #expect(health.fail("Camera", "killed", at: 1010))
        #expect(health.failure(of: "Camera")?.recoveryTime == nil)
    }

    @Test func whoWaitsLearnsWhetherADefinitionIsServed() {
        let health = ServiceHealth()
        #expect(health.availability(of: "Camera", within: .zero) == nil)
        health.add("Camera")
        #expect(health.availability(of: "Camera", within: .zero) == nil)
        let waiting = BlockingThread.startEventually("waiting") {
            #expect(health.availability(of: "Camera", within: .seconds(60)) == .missing)
        }
        _ = health.fail("Camera", "not there")
        #expect(waiting.join(within: .seconds(60)))
        health.note("Camera", .served)
        #expect(health.availability(of: "Camera", within: .zero) == .served)
        health.note("Camera", .awaited)
        let leaving = BlockingThread.startEventually("leaving") {
            #expect(health.availability(of: "Camera", within: .seconds(60)) == nil)
        }
        health.remove("Camera")
        #expect(leaving.join(within: .seconds(60)))
    }

    @Test func whatIsRemovedIsForgotten() {
        let health = ServiceHealth()
        health.add("Camera")
        _ = health.fail("Camera", "not there")
        health.remove("Camera")
        #expect(health.failure(of: "Camera") == nil)
        #expect(health.fail("Camera", "not there"))
        #expect(health.failure(of: "Camera") == nil)
    }
}
