import Contracts
import Devices
import Pickle
import Simulators
import Testing

struct StageAwareSetupTests {
    private func open(_ image: SyntheticImage?, width: Int = 128, height: Int = 128) throws -> [String: any Device] {
        let setup = try StageAwareSetup.open(
            .init(
                image: .synthetic(try #require(image)),
                sensorShape: SensorShape(width: width, height: height),
                hasRealisticTiming: false
            )
        )
        #expect(setup.devices.map(\.name) == ["camera", "filterwheel", "stage"])
        return Dictionary(uniqueKeysWithValues: setup.devices.map { ($0.name, $0.device) })
    }

    private func image(_ setup: [String: any Device]) throws -> Frame {
        let camera = try #require(setup["camera"] as? StageAwareCamera)
        try camera.enable()
        try camera.trigger()
        return try camera.dataSource.frame()
    }

    @Test(arguments: [0, 1500], [0, 3000]) func everyCornerGivesAnImageOfTheSensor(x: Int, y: Int) throws {
        let setup = try open(SyntheticImage(width: 1500, height: 3000, channels: 1, .grey(42)))
        let stage = try #require(setup["stage"])
        try stage.enable()
        try Client(stage).call("move_to", .dict(["x": .int(x), "y": .int(y)]))
        let frame = try image(setup)
        #expect(frame.array.shape == [128, 128])
        // A quarter of it is the specimen, the rest is beyond.
        #expect(frame.array.doubles.reduce(0, +) == 64 * 64 * 42)
        #expect(frame[x == 0 ? 0 : 127, y == 0 ? 0 : 127] == 42)
    }

    @Test func isAsBrightAsItsLight() throws {
        let setup = try StageAwareSetup.open(
            .init(
                image: .synthetic(try #require(SyntheticImage(width: 128, height: 128, .grey(200)))),
                sensorShape: SensorShape(width: 8, height: 8),
                hasRealisticTiming: false,
                hasLight: true
            )
        )
        let devices = Dictionary(uniqueKeysWithValues: setup.devices.map { ($0.name, $0.device) })
        let light = try #require(devices["light"] as? SimulatedLightSource)
        try light.setPower(0.25)
        #expect(try Set(image(devices).array.doubles) == [0])
        try light.enable()
        #expect(try Set(image(devices).array.doubles) == [50])
        try light.setPower(1)
        #expect(try Set(image(devices).array.doubles) == [200])
        try light.disable()
        #expect(try Set(image(devices).array.doubles) == [0])
    }

    @Test func stageReachesAllOfTheImage() throws {
        let setup = try open(SyntheticImage(width: 1500, height: 3000, .grey(42)))
        let stage = try #require(setup["stage"] as? SimulatedStage)
        let limits = try stage.limits.pairs
        #expect(limits.map(\.name) == ["x", "y", "z"])
        #expect(limits.map(\.value.lower) == [0, 0, -50])
        #expect(limits.map(\.value.upper) == [1500, 3000, 50])
    }

    @Test func nothingTakesTimeWithoutRealisticTiming() throws {
        let setup = try open(SyntheticImage(width: 1500, height: 3000, .grey(42)))
        let wheel = try #require(setup["filterwheel"] as? SimulatedFilterWheel)
        wheel.startMove(to: 2)
        #expect(wheel.position == 2)
        let axis = try #require((setup["stage"] as? SimulatedStage)?.axes.first?.axis)
        try axis.start(to: 3)
        #expect(try axis.position == 3)
    }

    @Test func cellsAreOthersInEachChannelAndForEachSeed() throws {
        func channels(seed: Int) throws -> [[Double]] {
            let setup = try open(
                SyntheticImage(width: 300, height: 200, channels: 4, .cells(seed: seed)),
                width: 300,
                height: 200
            )
            let wheel = try #require(setup["filterwheel"] as? SimulatedFilterWheel)
            return try (0..<4).map { position in
                wheel.startMove(to: position)
                return try image(setup).array.doubles
            }
        }
        let first = try channels(seed: 1)
        #expect(Set(first).count == 4)
        // Each shows something on a background that is nearly black.
        for channel in first {
            #expect((channel.max() ?? 0) > 40)
            #expect(channel.min() == 8)
        }
        #expect(try channels(seed: 1) == first)
        #expect(Set(try channels(seed: 2)).isDisjoint(with: first))
    }
}
