import Contracts
import Devices
import Pickle
import Simulators
import Testing

/// A camera of 6 by 4 pixels over a specimen of 30 by 20, each pixel of which has a number of its own.
struct StageAwareCameraTests {
    private let stage: SimulatedStage
    private let wheel: SimulatedFilterWheel
    private let camera: StageAwareCamera

    init() throws {
        stage = Self.stage(["x", "y", "z"])
        wheel = Self.wheel(2)
        camera = try StageAwareCamera(Self.specimen(), stage: stage, filterWheel: wheel, Self.options)
        try camera.enable()
        try look(at: 10, 8)
    }

    private static let options = SimulatedCamera.Configuration(
        sensorShape: SensorShape(width: 6, height: 4),
        hasRealisticTiming: false
    )

    private static func stage(_ axes: [String]) -> SimulatedStage {
        let limits = NamedOptions(axes.map { ($0, AxisLimits(lower: -1e300, upper: 1e300)) })
        return SimulatedStage(.init(limits: limits, speed: 0)) { .now }
    }

    private static func wheel(_ positions: Count) -> SimulatedFilterWheel {
        SimulatedFilterWheel(.init(positions: positions, travelTime: 0)) { .now }
    }

    private static func specimen() throws -> Specimen {
        let numbers = (1...600).map { UInt16($0) }
        return try #require(Specimen(width: 30, height: 20, channels: [numbers, numbers.map { $0 + 10_000 }]))
    }

    /// The specimen's pixel, black beyond its sides.
    private static func pixel(_ x: Int, _ y: Int) -> Double {
        (0..<30).contains(x) && (0..<20).contains(y) ? Double(1 + y * 30 + x) : 0
    }

    private func look(at x: Double, _ y: Double, z: Double = 0) throws {
        _ = try stage.move(to: NamedValues([("x", x), ("y", y), ("z", z)]))
    }

    private func image() throws -> Frame {
        try camera.trigger()
        return try camera.dataSource.frame()
    }

    private func rows(_ frame: Frame) -> [[Double]] {
        (0..<frame.height).map { y in (0..<frame.width).map { frame[$0, y] } }
    }

    @Test func showsWhatIsAroundTheStagesPlaceTurnedByHalfATurn() throws {
        let frame = try image()
        #expect(frame.dtype == .uint16)
        // The image of python-microscope for the same input.
        #expect(
            rows(frame) == [
                [283, 282, 281, 280, 279, 278],
                [253, 252, 251, 250, 249, 248],
                [223, 222, 221, 220, 219, 218],
                [193, 192, 191, 190, 189, 188],
            ]
        )
    }

    @Test(arguments: [0.0, 30], [0.0, 20]) func isBlackBeyondTheSpecimen(x: Double, y: Double) throws {
        try look(at: x, y)
        let (left, top) = (Int(x) - 3, Int(y) - 2)
        #expect(
            rows(try image())
                == (0..<4).map { row in (0..<6).map { Self.pixel(left + 5 - $0, top + 3 - row) } }
        )
    }

    @Test(arguments: [1000.0, -1000, 1e300, -1e300]) func isBlackFarFromTheSpecimen(place: Double) throws {
        try look(at: place, 8)
        #expect(Set(try image().array.doubles) == [0])
        try look(at: 10, place)
        #expect(Set(try image().array.doubles) == [0])
    }

    @Test func fractionsOfAPixelCountForNothing() throws {
        let frame = try image()
        try look(at: 10.9, 8.5)
        #expect(try image().array == frame.array)
    }

    @Test func movesByAPixelAcrossTheEdgeToo() throws {
        try look(at: 0.5, 8)
        let frame = try image()
        try look(at: -0.5, 8)
        #expect(rows(try image()).map { $0[..<5] } == rows(frame).map { $0[1...] })
    }

    @Test(arguments: [(0.5, 20.0, 16.0), (2, 5, 4), (1e300, 0, 0), (1e-300, 1e9, 1e9)])
    func pixelSizeScalesTheStagesPlace(size: Double, x: Double, y: Double) throws {
        try Client(camera).change("pixel size", to: .float(size))
        let scaled = try image()
        try Client(camera).change("pixel size", to: 1)
        try look(at: x, y)
        #expect(scaled.array == (try image().array))
    }

    @Test func channelIsThatOfTheWheelsPosition() throws {
        let first = try image()
        wheel.startMove(to: 1)
        #expect(rows(try image()) == rows(first).map { $0.map { $0 + 10_000 } })
    }

    @Test func imageIsOfWhereTheStageWasWhenItWasTriggered() throws {
        let before = try image()
        try camera.trigger()
        try look(at: 20, 10, z: 30)
        wheel.startMove(to: 1)
        try Client(camera).change("pixel size", to: 3)
        #expect(try camera.dataSource.frame().array == before.array)
    }

    @Test func regionIsCutFromWhatTheSensorSees() throws {
        try look(at: 10, 8, z: 13)
        let whole = try image()
        #expect(try camera.setROI(ROI(left: 1, top: 2, width: 3, height: 2)))
        #expect(rows(try image()) == rows(whole)[2...3].map { Array($0[1...3]) })
    }

    @Test func joinedPixelsAreTheirMean() throws {
        #expect(try camera.setBinning(Binning(h: 3, v: 2)))
        // Of pixels that differ by 1 along the rows and by 30 along the columns.
        #expect(rows(try image()) == [[267, 264], [207, 204]])
    }

    @Test func specimenOfBytesGivesBytes() throws {
        let specimen = try #require(Specimen(width: 3, height: 2, channels: [[1, 2, 3, 4, 5, 255 as UInt8]]))
        let camera = try StageAwareCamera(specimen, stage: stage, filterWheel: Self.wheel(1), Self.options)
        try camera.enable()
        try look(at: 3, 2)
        try camera.trigger()
        let frame = try camera.dataSource.frame()
        #expect(frame.dtype == .uint8)
        #expect(rows(frame) == [[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 255, 5, 4], [0, 0, 0, 3, 2, 1]])
    }

    @Test func hasThePythonCamerasSetting() throws {
        let client = Client(camera)
        #expect(camera.settings.map(\.name) == ["pixel size"])
        let description: PythonDictionary = [
            "type": "float", "values": .tuple([0.0, .float(.infinity)]), "readonly": false, "cached": false,
        ]
        #expect(try client.call("describe_setting", "pixel size") == .dict(description))
        #expect(try client.setting("pixel size") == 1.0)
        for size in [0, -1, .nan] {
            #expect(throws: SettingError.self) { try client.change("pixel size", to: .float(size)) }
        }
        #expect(try client.setting("pixel size") == 1.0)
    }

    @Test(arguments: [["x", "y"], ["z", "y"], []]) func stageWithoutXYZIsRefused(axes: [String]) {
        #expect {
            try StageAwareCamera(
                Self.specimen(),
                stage: Self.stage(axes),
                filterWheel: Self.wheel(2),
                Self.options
            )
        } throws: { error in
            (error as? DeviceError)?.kind == .initialise
                && "\(error)".hasPrefix("the camera needs a stage with axes x, y and z")
        }
    }

    @Test(arguments: [1, 3] as [Count]) func wheelWithoutAPositionForEachChannelIsRefused(positions: Count) {
        #expect {
            try StageAwareCamera(
                Self.specimen(),
                stage: stage,
                filterWheel: Self.wheel(positions),
                Self.options
            )
        } throws: { error in
            (error as? DeviceError)?.kind == .initialise
                && "\(error)" == "image has 2 channels, but filter wheel has \(positions.value) positions"
        }
    }

    @Test func specimenHasAsManyPixelsAsItsSidesSay() {
        #expect(Specimen(width: 2, height: 2, channels: [[1, 2, 3, 4], [1, 2, 3 as UInt8]]) == nil)
        #expect(Specimen(width: -2, height: -2, channels: [[1, 2, 3, 4 as UInt16]]) == nil)
        #expect(Specimen(width: .max, height: 2, channels: [[1 as UInt8]]) == nil)
    }
}
