import Devices
import Pickle
import Testing

struct FilterWheelTests {
    private final class ScriptedWheel: FilterWheel {
        var isEnabled = false
        let positionCount = 6
        var position = 0
        var isMoving = false

        func startMove(to position: Int) {
            self.position = position
            isMoving = true
        }
    }

    private let wheel = ScriptedWheel()

    @Test(arguments: [-1, 6, .max]) func positionsBeyondTheWheelAreValueErrors(position: Int) {
        let error = RemoteError.value("can't move to position \(position), limits are [0 5]")
        #expect(throws: error) { try wheel.interface.call("set_position", .int(position)) }
        #expect(throws: error) { try wheel.interface.set("position", to: .int(position)) }
        #expect(wheel.position == 0)
    }

    @Test func moveIsCompleteWhenTheWheelStands() throws {
        let completion = try wheel.move(to: 3)
        #expect(try completion.poll() == nil)
        wheel.isMoving = false
        #expect(try completion.poll() == PythonValue.none)
    }

    @Test func isCalledByOlderNamesToo() throws {
        wheel.position = 2
        #expect(try wheel.interface.get("n_positions") == 6)
        #expect(try wheel.interface.call("get_num_positions") == 6)
        #expect(try wheel.interface.get("position") == 2)
        #expect(try wheel.interface.call("get_position") == 2)
    }
}
