import Devices
import Pickle
import Testing

/// The attributes of devices that cannot be asked, which clients read when they connect.
struct UnknownValueTests {
    @Test func aWheelThatDoesNotKnowWhereItStandsIsAtMinusOne() throws {
        let wheel = LostWheel()
        #expect(try wheel.interface.get("position") == -1)
        #expect(try wheel.interface.call("get_position") == -1)
        #expect(throws: DeviceError.self) { try wheel.interface.call("set_position", 1) }
    }

    @Test func unknownPowerIsNotAReportOfDarkness() throws {
        guard case .float(let power) = try LostLight().interface.get("power") else {
            Issue.record("the power is not a number")
            return
        }
        #expect(power.isNaN)
        #expect(throws: DeviceError.self) { try LostLight().interface.call("get_is_on") }
        #expect(try LostLight().interface.get("trigger_type") == TriggerType.software.python)
    }

    @Test func oneUnknownAxisLeavesTheOthersKnown() throws {
        let stage = HalfLostStage().interface
        guard case .dict(let position) = try stage.get("position"), case .float(let lost)? = position["lost"] else {
            Issue.record("no position")
            return
        }
        #expect(position["known"] == 5.0 && lost.isNaN)
        #expect(throws: DeviceError.self) { try stage.call("move_by", .dict(["lost": 1.0])) }
    }

    private static let loss = DeviceError(.failed, "unplugged")

    private final class LostWheel: FilterWheel {
        var isEnabled = false
        let positionCount = 6
        var position: Int { get throws { throw loss } }
        var isMoving: Bool { get throws { throw loss } }
        func startMove(to _: Int) throws { throw loss }
    }

    private final class LostLight: LightSource {
        var isEnabled = false
        var setPoint = 0.0
        var measuredPower: Double { get throws { throw loss } }
        var isOn: Bool { get throws { throw loss } }
        var status: [String] { get throws { throw loss } }
        var triggerType: TriggerType { get throws { throw loss } }
        var triggerMode: TriggerMode { get throws { throw loss } }
        func performSetPower(_: Double) throws { throw loss }
        func setTrigger(_: TriggerType, _: TriggerMode) throws { throw loss }
        func performTrigger() throws { throw loss }
    }

    private final class HalfLostStage: Stage {
        var isEnabled = false
        let mayMoveOnEnable = false
        let axes: [(name: String, axis: any StageAxis)] = [("known", Axis(5)), ("lost", Axis(nil))]
    }

    private final class Axis: StageAxis {
        private let place: Double?

        init(_ place: Double?) { self.place = place }

        var position: Double {
            get throws {
                guard let place else { throw loss }
                return place
            }
        }
        let limits = AxisLimits(lower: 0, upper: 10)
        let isMoving = false
        func startMove(to _: Double) {}
    }
}
