import Devices
import Pickle
import Testing

struct CameraTests {
    private let camera = ScriptedCamera()

    private var quarterTurn: PythonValue { .tuple([false, false, true]) }

    @Test func roiThatIsSetIsTheOneThatIsGot() throws {
        #expect(try camera.interface.call("set_roi", .tuple([10, 20, 30, 40])) == true)
        #expect(try camera.interface.call("get_roi") == ROI(left: 10, top: 20, width: 30, height: 40).python)
        #expect(camera.sensorROI == ROI(left: 10, top: 20, width: 30, height: 40))
    }

    @Test(
        arguments: [
            (.tuple([0, 0, 0, 0]), ROI(left: 0, top: 0, width: 200, height: 100)),
            (.tuple([50, 30, .none, .none]), ROI(left: 50, top: 30, width: 150, height: 70)),
            (.tuple([50, 30, 0, 1]), ROI(left: 50, top: 30, width: 150, height: 1)),
        ] as [(PythonValue, ROI)]
    )
    func sideOfZeroOrNoneIsAllThatIsLeft(roi: PythonValue, whole: ROI) throws {
        try camera.interface.call("set_binning", .tuple([1, 1]))
        try camera.interface.call("set_roi", roi)
        #expect(camera.sensorROI == whole)
    }

    @Test(arguments: [
        [-1, 0, 10, 10], [0, -1, 10, 10], [0, 0, -1, 10], [200, 0, 1, 1], [0, 0, 201, 100], [150, 0, 51, 10],
        [.min, .min, .min, .min], [.max, .max, .max, .max], [1, 1, .max, .max], [.min, 0, 0, 0],
    ])
    func roiBeyondTheSensorIsAValueError(sides: [Int]) {
        #expect(throws: RemoteError.self) { try camera.interface.call("set_roi", .tuple(sides.map { .int($0) })) }
        #expect(camera.sensorROI == ROI(left: 0, top: 0, width: 200, height: 100))
    }

    @Test func binningLeavesTheROIAsItIs() throws {
        try camera.interface.call("set_roi", .tuple([10, 20, 30, 41]))
        #expect(try camera.interface.call("set_binning", .tuple([2, 4])) == true)
        #expect(try camera.interface.call("get_roi") == ROI(left: 10, top: 20, width: 30, height: 41).python)
        #expect(try camera.interface.call("get_binning") == Binning(h: 2, v: 4).python)
        let image = camera.sensorROI.imageSize(camera.sensorBinning)
        #expect(image == (15, 10))
    }

    @Test(arguments: [[0, 1], [-1, 1], [201, 1], [1, 101], [.max, .max]])
    func binningThatLeavesNoPixelIsAValueError(sides: [Int]) {
        #expect(throws: RemoteError.self) { try camera.interface.call("set_binning", .tuple(sides.map { .int($0) })) }
        #expect(camera.sensorBinning == .none)
    }

    @Test func roiSmallerThanABinnedPixelIsAValueError() throws {
        try camera.interface.call("set_binning", .tuple([4, 4]))
        #expect(throws: RemoteError.self) { try camera.interface.call("set_roi", .tuple([0, 0, 3, 10])) }
        #expect(try camera.interface.call("set_roi", .tuple([0, 0, 4, 10])) == true)
    }

    @Test func quarterTurnSwapsTheAxesOfEverything() throws {
        let interface = camera.interface
        try interface.call("set_transform", quarterTurn)
        #expect(try interface.call("get_sensor_shape") == .tuple([100, 200]))
        try interface.call("set_binning", .tuple([2, 4]))
        #expect(camera.sensorBinning == Binning(h: 4, v: 2))
        #expect(try interface.call("get_binning") == Binning(h: 2, v: 4).python)
        try interface.call("set_roi", .tuple([10, 20, 90, 180]))
        #expect(camera.sensorROI == ROI(left: 20, top: 10, width: 180, height: 90))
        #expect(try interface.call("get_roi") == ROI(left: 10, top: 20, width: 90, height: 180).python)
        #expect(try interface.call("get_transform") == quarterTurn)
    }

    @Test func quarterTurnOfTheReadoutSwapsTheAxesAsWell() throws {
        camera.transforms.readout = Transform(rotates: true)
        #expect(try camera.interface.call("get_sensor_shape") == .tuple([100, 200]))
        // Two quarter turns, and the axes are where they were.
        try camera.interface.call("set_transform", quarterTurn)
        #expect(try camera.interface.call("get_sensor_shape") == .tuple([200, 100]))
    }

    @Test func sequencesOfTheWrongLengthAreValueErrors() {
        #expect(throws: RemoteError.value("set_roi() argument 'roi': expected 4 values for microscope.ROI, got 3")) {
            try camera.interface.call("set_roi", .tuple([1, 2, 3]))
        }
        let text = "set_binning() argument 'binning': expected 2 values for microscope.Binning, got 5"
        #expect(throws: RemoteError.value(text)) {
            try camera.interface.call("set_binning", .list([1, 2, 3, 4, 5]))
        }
        #expect(throws: RemoteError.type("set_roi() argument 'roi': expected microscope.ROI, got str 'abcd'")) {
            try camera.interface.call("set_roi", "abcd")
        }
    }

    @Test func roiIsASettingToo() throws {
        try camera.interface.call("set_setting", "roi", .tuple([1, 2, 3, 4]))
        #expect(try camera.interface.call("get_setting", "roi") == ROI(left: 1, top: 2, width: 3, height: 4).python)
        #expect(throws: RemoteError.self) { try camera.interface.call("set_setting", "roi", .tuple([-1, 2, 3, 4])) }
    }

    @Test(arguments: [-0.1, .nan, .infinity]) func exposureTimeHasToBePossible(seconds: Double) {
        #expect(throws: RemoteError.self) { try camera.interface.call("set_exposure_time", .float(seconds)) }
        #expect(camera.exposureTime == 0.1)
    }

    @Test func exposureTimeMayBeAnInt() throws {
        try camera.interface.call("set_exposure_time", 2)
        #expect(camera.exposureTime == 2)
    }

    @Test(arguments: ["trigger", "soft_trigger"]) func aDisabledCameraRefusesTriggers(method: String) throws {
        #expect { try camera.interface.call(method) } throws: { ($0 as? DeviceError)?.kind == .disabled }
        #expect(camera.triggerCount == 0)
    }

    @Test func anArrayOfAnyLengthIsRefusedBeforeAnythingIsMadeOfIt() throws {
        // As values its elements would take gigabytes, and many seconds.
        let count = 1 << 26
        let array = try #require(NDArray(.uint8, shape: [count], data: Bytes([UInt8](repeating: 0, count: count))))
        for (method, name, needed, type) in [
            ("set_roi", "roi", 4, "microscope.ROI"), ("set_binning", "binning", 2, "microscope.Binning"),
        ] {
            let message = "\(method)() argument '\(name)': expected \(needed) values for \(type), got \(count)"
            #expect(throws: RemoteError.value(message)) { try camera.interface.call(method, .array(array)) }
        }
        #expect(throws: RemoteError.self) { try camera.interface.call("set_transform", .array(array)) }
        #expect([Double](python: .array(array)) == nil)
    }

    @Test func softTriggerIsATrigger() throws {
        try camera.enable()
        try camera.interface.call("soft_trigger")
        try camera.interface.call("trigger")
        #expect(camera.triggerCount == 2)
    }

    @Test func shutteringModeIsShownOnDemandOnly() throws {
        #expect(!camera.interface.has(property: "shuttering_mode"))
        let modern = ScriptedCamera(showsShutteringMode: true).interface
        #expect(try modern.get("shuttering_mode") == ElectronicShutteringMode.global.python)
        #expect(throws: RemoteError.self) { try modern.set("shuttering_mode", to: 2) }
    }
}
