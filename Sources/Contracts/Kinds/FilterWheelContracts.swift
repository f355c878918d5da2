internal import Devices
internal import Pickle

/// The contracts of every filter wheel.
enum FilterWheelContracts {
    static let all = [
        Contract.members(
            of: (any FilterWheel).self,
            "a filter wheel",
            methods: ["get_num_positions", "get_position", "set_position"],
            attributes: ["n_positions", "position"]
        ),
        Contract("a filter wheel stands at one of its positions", standsAtOneOfItsPositions),
        Contract("a filter wheel refuses positions that it does not have, and stays", goesNowhereElse),
        Contract("a filter wheel goes to each of its positions", effects: [.motion], goesToEachOfItsPositions),
        Contract("a filter wheel can be watched while it moves", effects: [.motion], canBeWatched),
    ]

    private static func standsAtOneOfItsPositions(wheel: any FilterWheel, trial: Trial) throws {
        let client = trial.client
        trial.expect("isMoving", try wheel.isMoving, is: false)
        // A wheel may not know where it stands before it has been moved.
        if try wheel.position != type(of: wheel).unknownPosition, !wheel.positions.contains(try wheel.position) {
            trial.violate("position: expected one of \(wheel.positionCount) from 0 on, got \(try wheel.position)")
        }
        trial.expect("get_position()", try client.call("get_position"), is: .int(try wheel.position))
        trial.expect("n_positions", try client.get("n_positions"), is: .int(wheel.positionCount))
        trial.expect("get_num_positions()", try client.call("get_num_positions"), is: .int(wheel.positionCount))
    }

    private static func goesToEachOfItsPositions(wheel: any FilterWheel, trial: Trial) throws {
        let client = trial.client
        for position in Array(wheel.positions) + [0] {
            try client.call("set_position", .int(position))
            trial.expect("get_position()", try client.call("get_position"), is: .int(position))
            trial.expect("position", try client.get("position"), is: .int(position))
        }
        guard let last = wheel.positions.last else { return trial.violate("it has no positions") }
        try client.set("position", to: .int(last))
        trial.expect("position", try client.get("position"), is: .int(last))
    }

    private static func goesNowhereElse(wheel: any FilterWheel, trial: Trial) throws {
        let (client, before) = (trial.client, try wheel.position)
        for position in [-1, wheel.positionCount, .max, .min] {
            trial.expect("position = \(position)", isRefusedBy: .value) {
                try client.set("position", to: .int(position))
            }
            trial.expect("set_position(\(position))", isRefusedBy: .value) {
                try client.call("set_position", .int(position))
            }
        }
        trial.expect("set_position('a')", isRefusedBy: .type) { try client.call("set_position", "a") }
        trial.expect("isMoving after what was refused", try wheel.isMoving, is: false)
        trial.expect("position after what was refused", try wheel.position, is: before)
    }

    /// While it moves it reports the position where it started, or its target, and no other.
    private static func canBeWatched(wheel: any FilterWheel, trial: Trial) throws {
        let start = try wheel.position
        // The position farthest away.
        guard let target = wheel.positions.max(by: { abs($0 - start) < abs($1 - start) }) else { return }
        let completion = try wheel.move(to: target)
        try completion.wait {
            let position = try wheel.position
            if position != start, position != target {
                trial.violate("position on the way from \(start) to \(target): got \(position)")
            }
        }
        trial.expect("isMoving after the move", try wheel.isMoving, is: false)
        trial.expect("position after the move", try wheel.position, is: target)
    }
}

extension FilterWheel {
    fileprivate var positions: Range<Int> { 0..<max(0, positionCount) }
}
