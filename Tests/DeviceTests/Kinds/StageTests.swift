import Devices
import Pickle
import Testing

struct StageTests {
    private let stage = ScriptedStage()

    @Test func tellsPositionsAndLimitsByName() throws {
        #expect(try stage.interface.get("position") == .dict(["x": 0.0, "y": -50.0]))
        let limits: PythonDictionary = [
            "x": AxisLimits(lower: 0, upper: 100).python, "y": AxisLimits(lower: -50, upper: 50).python,
        ]
        #expect(try stage.interface.get("limits") == .dict(limits))
        #expect(try stage.interface.call("may_move_on_enable") == true)
    }

    @Test(
        arguments: [
            ("move_to", 8, 8), ("move_to", 1000, 100), ("move_to", -1000, 0), ("move_to", 1e9, 100),
            ("move_by", 8, 8), ("move_by", -8, 0), ("move_by", 1e9, 100),
        ] as [(String, Double, Double)]
    )
    func movesToTheNearestPlaceWithinTheLimits(method: String, value: Double, place: Double) throws {
        try stage.interface.call(method, .dict(["x": .float(value)]))
        #expect(stage.x.position == place)
        let axis = RemoteInterface(of: "Axis") { stage.x.remoteMembers }
        stage.x.position = 0
        try axis.call(method, .float(value))
        #expect(stage.x.position == place)
    }

    @Test(
        arguments: [
            ("z", 5, RemoteError.key("z")),
            ("y", .nan, RemoteError.value("move_to() argument 'position' must be finite, not {'x': 5, 'y': nan}")),
        ] as [(String, Double, RemoteError)]
    )
    func nothingMovesIfOneOfTheMovesIsWrong(name: String, value: Double, error: RemoteError) {
        let moves = PythonDictionary([("x", 5), (.str(name), .float(value))])
        #expect(throws: error) { try stage.interface.call("move_to", .dict(moves)) }
        #expect(stage.x.position == 0)
    }

    @Test func moveIsCompleteWhenAllItsAxesStand() throws {
        let completion = try stage.move(to: NamedValues([("x", 5), ("y", 5)]))
        stage.y.isMoving = true
        #expect(try completion.poll() == nil)
        stage.y.isMoving = false
        #expect(try completion.poll() == PythonValue.none)
    }
}
