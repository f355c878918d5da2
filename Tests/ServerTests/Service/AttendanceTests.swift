import Testing
import Threads

@testable import Server

@Suite struct AttendanceTests {
    @Test func aReasonIsToldWhenItIsNewAndThenOnceAnHour() {
        let attendance = Attendance()
        attendance.add("Camera")
        #expect(attendance.fail("Camera", "not there", at: 1000))
        #expect(!attendance.fail("Camera", "not there", retryIn: .seconds(30), at: 1030))
        #expect(attendance.fail("Camera", "busy", at: 1060))
        #expect(!attendance.fail("Camera", "busy", at: 4659))
        #expect(attendance.fail("Camera", "busy", at: 4660))
        #expect(!attendance.fail("Camera", "busy", at: 4661))
        #expect(attendance.failure(of: "Camera")?.time == 4661)
    }

    @Test func whatHasBeenServedSinceIsToldAgain() {
        let attendance = Attendance()
        attendance.add("Camera")
        #expect(attendance.fail("Camera", "killed", retryIn: .seconds(2), at: 1000))
        #expect(attendance.failure(of: "Camera") == Failure(reason: "killed", time: 1000, retryTime: 1002))
        attendance.note("Camera", .served)
        let recovery = attendance.failure(of: "Camera")?.recoveryTime
        #expect(recovery != nil)
        attendance.note("Camera", .served)
        #expect(attendance.failure(of: "Camera")?.recoveryTime == recovery)
        #expect(attendance.fail("Camera", "killed", at: 1010))
        #expect(attendance.failure(of: "Camera")?.recoveryTime == nil)
    }

    @Test func whoWaitsLearnsWhetherADefinitionIsServed() {
        let attendance = Attendance()
        #expect(attendance.presence(of: "Camera", within: .zero) == nil)
        attendance.add("Camera")
        #expect(attendance.presence(of: "Camera", within: .zero) == nil)
        let waiting = BlockingThread("waiting") {
            #expect(attendance.presence(of: "Camera", within: .seconds(60)) == .missing)
        }
        _ = attendance.fail("Camera", "not there")
        #expect(waiting.join(within: .seconds(60)))
        attendance.note("Camera", .served)
        #expect(attendance.presence(of: "Camera", within: .zero) == .served)
        attendance.note("Camera", .awaited)
        let leaving = BlockingThread("leaving") {
            #expect(attendance.presence(of: "Camera", within: .seconds(60)) == nil)
        }
        attendance.remove("Camera")
        #expect(leaving.join(within: .seconds(60)))
    }

    @Test func whatIsRemovedIsForgotten() {
        let attendance = Attendance()
        attendance.add("Camera")
        _ = attendance.fail("Camera", "not there")
        attendance.remove("Camera")
        #expect(attendance.failure(of: "Camera") == nil)
        #expect(attendance.fail("Camera", "not there"))
        #expect(attendance.failure(of: "Camera") == nil)
    }
}
