import Contracts
import Devices
import Pickle
import Platform
import Simulators
import Testing

struct SimulatedCameraTests {
    private let camera = SimulatedCamera(
        .init(sensorShape: SensorShape(width: 64, height: 32), hasRealisticTiming: false)
    )
    private var client: Client { Client(camera) }

    private func image() throws -> Frame {
        try camera.trigger()
        return try camera.dataSource.frame()
    }

    @Test func hasThePythonSimulatorsSettings() throws {
        let types = try camera.settings.map { setting -> String in
            guard case .dict(let description) = try setting.describe(), case .str(let type)? = description["type"]
            else { return "?" }
            return "\(setting.name): \(type)"
        }
        #expect(
            types == [
                "roi: tuple", "image pattern: enum", "image data type: enum", "display image number: bool",
                "a_setting: int", "_error_percent: int", "gain: int",
            ]
        )
        let values: PythonDictionary = [
            "roi": ROI(left: 0, top: 0, width: 64, height: 32).python, "image pattern": 0, "image data type": 0,
            "display image number": true, "a_setting": 0, "_error_percent": 0, "gain": 0,
        ]
        #expect(try client.call("get_all_settings") == .dict(values))
    }

    @Test func choicesHaveThePythonSimulatorsNames() throws {
        let choices = { (labels: [String]) in
            PythonValue.list(labels.enumerated().map { .tuple([.int($0), .str($1)]) })
        }
        let expected = [
            "image pattern": choices(["noise", "gradient", "sawtooth", "one_gaussian", "black", "white"]),
            "image data type": choices(["uint8", "uint16", "float"]),
        ]
        for (name, values) in expected {
            guard case .dict(let description) = try client.call("describe_setting", .str(name)) else { continue }
            #expect(description["values"] == values)
        }
    }

    @Test func isWhatThePythonSimulatorIsWhenOpened() throws {
        #expect(camera.exposureTime == 0.1)
        #expect(camera.cycleTime == 0.1)
        #expect(camera.shutteringMode == .global)
        #expect(SimulatedCamera(.init()).sensorShape == SensorShape(width: 512, height: 512))
        #expect(camera.typeName == "SimulatedCamera")
    }

    @Test func settingsMayBeChangedWhileItTakesImages() throws {
        try camera.enable()
        try camera.trigger()
        try client.call("update_settings", .dict(["image data type": 1, "image pattern": 5]))
        // The trigger still counts, and its image has the present settings.
        let frame = try camera.dataSource.frame()
        #expect(frame.dtype == .uint16)
        #expect(frame[63, 31] == 65535)
    }

    @Test func enableStartsToCountAnew() throws {
        try client.change("image pattern", to: 4)
        try camera.enable()
        let first = try image()
        #expect(try image().array != first.array)
        try camera.enable()
        #expect(try image().array == first.array)
    }

    @Test func errorPercentOfAHundredGivesOneErrorForEachTrigger() throws {
        try client.change("_error_percent", to: 100)
        #expect(try client.setting("a_setting") == 10)
        try camera.enable()
        for _ in 0..<3 { try camera.trigger() }
        for _ in 0..<3 {
            #expect { try camera.dataSource.next(within: patience) } throws: { error in
                (error as? DeviceError)?.kind == .failed
            }
        }
        #expect(try camera.dataSource.next(within: .milliseconds(2)) == nil)
        try client.change("_error_percent", to: 0)
        #expect(try image().width == 64)
    }

    @Test func abortEndsAnExposureAtOnce() throws {
        let camera = SimulatedCamera(.init())
        try camera.expose(for: 3600)
        try camera.enable()
        try camera.trigger()
        try camera.trigger()
        camera.abort()
        #expect(try camera.dataSource.next(within: .milliseconds(2)) == nil)
        try camera.expose(for: 0)
        try camera.enable()
        try camera.trigger()
        #expect(try camera.dataSource.frame().width == 512)
    }

    @Test func triggerWakesWhoWaitsForAnImage() throws {
        try camera.enable()
        let source = camera.dataSource
        let width = Lock<Int?>(nil)
        let reader = try BlockingThread.start("reader") {
            let frame = try? source.frame()
            width.update { $0 = frame?.width ?? 0 }
        }
        try camera.trigger()
        #expect(width.wait(within: patience) { $0 } == 64)
        #expect(reader.join(within: patience))
    }

    @Test func realisticImageTakesExposureAndReadout() throws {
        let camera = SimulatedCamera(.init(sensorShape: SensorShape(width: 8, height: 8), readoutTime: 0.06))
        try camera.expose(for: 0.02)
        #expect(abs(camera.cycleTime - 0.08) < 1e-9)
        try camera.enable()
        let (begin, time) = (ContinuousClock.now, Timestamp.now)
        try camera.trigger()
        let datum = try #require(try camera.dataSource.next(within: patience))
        #expect(ContinuousClock.now - begin >= .milliseconds(80))
        // The time stamp is that of the end of the exposure, before the read-out; with room for a busy machine.
        #expect((time + 0.01...Timestamp.now - 0.05).contains(datum.timestamp))
    }

    @Test func partOfTheSensorIsReadInItsShareOfTheTime() throws {
        let camera = SimulatedCamera(.init(sensorShape: SensorShape(width: 8, height: 8), readoutTime: 0.8))
        #expect(try camera.setROI(ROI(left: 0, top: 2, width: 8, height: 2)))
        #expect(abs(camera.cycleTime - 0.3) < 1e-9)
    }

    @Test func exposureIsNoLongerThanAnHour() throws {
        try client.call("set_exposure_time", 1e300)
        #expect(camera.exposureTime == 3600)
    }

    @Test func bufferOfNoLengthIsTheServersToSay() {
        #expect(SimulatedCamera(.init(bufferLength: BufferLength(5))).bufferLength == 5)
        #expect(SimulatedCamera(.init(bufferLength: BufferLength(nil))).bufferLength == nil)
    }

    @Test func shutteringModeCanBeShownAndSet() throws {
        let client = Client(SimulatedCamera(.init(showsShutteringMode: true)))
        try client.set("shuttering_mode", to: ElectronicShutteringMode.rolling.python)
        #expect(try client.get("shuttering_mode") == ElectronicShutteringMode.rolling.python)
    }

    @Test func testCameraHasAChoiceOfEachKind() throws {
        let camera = TestCamera(.init())
        #expect(camera.typeName == "TestCamera")
        let choices = { (keys: [Int]) in
            PythonValue.list(zip(keys, ["A", "B", "C", "D"]).map { .tuple([.int($0), .str($1)]) })
        }
        let expected = [
            ("intEnum", choices([1, 2, 3, 4])), ("dictEnum", choices([0, 8, 13, 22])),
            ("listEnum", choices([0, 1, 2, 3])), ("tupleEnum", choices([0, 1, 2, 3])),
        ]
        for (setting, (name, values)) in zip(camera.settings.suffix(4), expected) {
            #expect(setting.name == name)
            let description: PythonDictionary = ["type": "enum", "values": values, "readonly": false, "cached": false]
            #expect(try setting.describe() == .dict(description))
        }
        try Client(camera).change("dictEnum", to: 22)
        #expect(try Client(camera).setting("dictEnum") == 22)
        #expect(throws: SettingError.self) { try Client(camera).change("dictEnum", to: 9) }
    }
}
