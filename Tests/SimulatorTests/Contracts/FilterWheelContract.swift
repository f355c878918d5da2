import Devices
import Pickle
import Testing

/// What every filter wheel must do.
struct FilterWheelContract {
    @Test(arguments: Makers.filterWheels) func standsAtOneOfItsPositions(maker: Maker<any FilterWheel>) throws {
        let wheel = try maker.open()
        #expect((0..<wheel.positionCount).contains(try wheel.position))
        #expect(try !wheel.isMoving)
    }

    @Test(arguments: Makers.filterWheels) func goesToEachOfItsPositions(maker: Maker<any FilterWheel>) throws {
        let wheel = try maker.open()
        let client = Client(wheel)
        for position in Array(0..<wheel.positionCount) + [0] {
            try client.call("set_position", .int(position))
            #expect(try client.call("get_position") == .int(position))
            #expect(try client.get("position") == .int(position))
        }
    }

    @Test(arguments: Makers.filterWheels) func goesNowhereElse(maker: Maker<any FilterWheel>) throws {
        let wheel = try maker.open()
        let client = Client(wheel)
        for position in [-1, wheel.positionCount] {
            #expect(throws: RemoteError.self) { try client.set("position", to: .int(position)) }
        }
        #expect(try wheel.position == 0)
    }
}
