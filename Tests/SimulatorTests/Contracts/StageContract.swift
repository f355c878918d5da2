import Devices
import Pickle
import Testing

/// What every stage must do.
struct StageContract {
    @Test(arguments: Makers.stages) func standsWithinItsLimits(maker: Maker<any Stage>) throws {
        let stage = try maker.open()
        #expect(!stage.axes.isEmpty)
        for (_, axis) in stage.axes {
            let limits = try axis.limits
            #expect((limits.lower...limits.upper).contains(try axis.position))
            #expect(try !axis.isMoving)
        }
    }

    @Test(arguments: Makers.stages) func isThereWhenACallThatMovesItReturns(maker: Maker<any Stage>) throws {
        let stage = try maker.open()
        let targets = try stage.axes.map { ($0.name, try $0.axis.limits.upper) }
        try Client(stage).call("move_to", NamedValues(targets).python)
        #expect(try Client(stage).get("position") == NamedValues(targets).python)
    }

    @Test(arguments: Makers.stages) func axisMovesByItself(maker: Maker<any Stage>) throws {
        let stage = try maker.open()
        for (_, axis) in stage.axes {
            let client = Client(axis)
            let lower = try axis.limits.lower
            try client.call("move_to", .float(lower))
            try client.call("move_by", 1)
            #expect(try client.get("position") == .float(lower + 1))
        }
    }

    @Test(arguments: Makers.stages) func goesNoFartherThanItsLimits(maker: Maker<any Stage>) throws {
        let stage = try maker.open()
        for (_, axis) in stage.axes {
            let (client, limits) = (Client(axis), try axis.limits)
            try client.call("move_to", .float(limits.upper + 1000))
            #expect(try axis.position == limits.upper)
            try client.call("move_by", .float(-.infinity))
            #expect(try axis.position == limits.lower)
        }
    }
}
