import Devices
import Pickle
import Testing

@testable import Server

/// Calls that hang, as the supervisor learns of them, and what becomes of them.
struct HangTests {
    @Test func onlyTheDeviceThatHangsIsMeant() throws {
        let overdue: PythonDictionary = ["overdue_call": "Stage.enable", "overdue_call_time": .float(100)]
        var hanging = overdue
        hanging[OverdueCall.key] = .bool(true)
        let report: PythonDictionary = ["Wheel": .dict(overdue), "Stage": .dict(hanging)]
        #expect(OverdueCall(of: "Wheel", in: report) == nil)
        #expect(OverdueCall(of: "Camera", in: report) == nil)
        #expect(OverdueCall(of: "Stage", in: report) == OverdueCall(device: "Stage", text: "Stage.enable", time: 100))
    }

    /// A process that was stopped and goes on reports a call once that ends in a moment.
    @Test func aHangIsActedOnOnceWhenItIsReportedAgain() {
        var state = WorkerState<Int>(memory: RestoreLog())
        state.begin(1)
        let begin = ContinuousClock.now
        func isDue(_ time: Double?, after seconds: Double) -> Bool {
            let hang = time.map { OverdueCall(device: "Red", text: "Red.enable", time: $0) }
            return state.note(hang, at: begin + .seconds(seconds))
        }
        let first = [isDue(100, after: 0), isDue(nil, after: 0.5), isDue(100, after: 1), isDue(100, after: 1.1)]
        #expect(first == [false, false, false, false])
        let second = [isDue(100.02, after: 1.5), isDue(100, after: 2), isDue(200, after: 2.5), isDue(200, after: 3)]
        #expect(second == [true, false, false, true])
        _ = state.end()
        let third = [isDue(100, after: 4), isDue(100, after: 5)]
        #expect(third == [false, false])
    }

    @Test func aWaitForDataIsOverdueOnlyWhileItLasts() {
        let wait = SourceWait()
        #expect(wait.overdueTime == nil)
        wait.begin(within: .seconds(-1))
        #expect(wait.overdueTime != nil)
        wait.end()
        #expect(wait.overdueTime == nil)
        wait.begin(within: .seconds(3600))
        #expect(wait.overdueTime == nil)
    }

    @Test func theDefaultDependsOnTheKind() {
        func rule(_ kind: DeviceKind, gatesLight: Bool = false, _ given: HangRule? = nil) -> HangRule {
            var driver = ConfiguredDriver(name: "stub", kind: kind) { _ in throw DeviceError(.initialise, "a stub") }
            driver.gatesLight = gatesLight
            let place = Place(file: "scope.yaml", line: 1)
            let safety = SafetyOptions(onHang: given)
            return ConfiguredDevice(name: "A", driver: driver, safety: safety, place: place).hangRule
        }
        #expect(rule(.camera) == .restart && rule(.lightSource) == .restart)
        #expect(rule(.digitalIO, gatesLight: true) == .restart && rule(.digitalIO) == .report)
        for kind in [.stage, .filterWheel, .controller, .deformableMirror] as [DeviceKind] {
            #expect(rule(kind) == .report)
        }
        #expect(rule(.stage, .restart) == .restart && rule(.camera, .report) == .report)
    }

    @Test func limitsFollowTheExposure() {
        #expect(CallLimits(busyFor: 60).changing == .seconds(65))
        #expect(CallLimits(busyFor: 60).reading == .seconds(5))
        for odd in [0, -1, .nan] { #expect(CallLimits(busyFor: odd) == CallLimits()) }
        #expect(CallLimits(busyFor: .infinity).changing == .seconds(864_005))
        let longer = CallLimits(members: ["home": .seconds(300)]).plus(.seconds(10))
        #expect(longer.limit(of: "home", isReading: false) == .seconds(310))
        #expect(longer.limit(of: "position", isReading: true) == .seconds(15))
    }
}
